import type { ResponsePolicyFactory } from '../contract.ts';
import { essenceOf, isInRange } from './media-type.ts';
import type { ResponseOptions } from './options.ts';

/**
 * Looks at the heads of answers (VA-9): a status or a media type that the document does not declare is noted on the exchange. The
 * gateway's own problems are not the service's and pass.
 */
export const response: ResponsePolicyFactory<ResponseOptions> = ({ responses }) => {
  const byStatus = new Map(responses.map(({ status, types }) => [status, types]));
  return (exchange, head) => {
    if (head.get('proxy-status')?.startsWith('gw') === true) return;
    const status = String(head.status);
    const declared = [status, `${status.charAt(0)}XX`, 'default'].find((key) => byStatus.has(key));
    if (declared === undefined) {
      exchange.note('response-validation', `status ${status} is not declared`);
      return;
    }
    const types = byStatus.get(declared);
    const contentType = head.get('content-type');
    const essence = contentType === undefined ? undefined : essenceOf(contentType);
    if (types === undefined || contentType === undefined || head.status === 304) return;
    if (essence !== undefined && types.some((range) => isInRange(essence, range))) return;
    exchange.note('response-validation', `the media type of the answer is not declared for status ${status}`);
  };
};
