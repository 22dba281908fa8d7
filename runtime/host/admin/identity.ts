import type { Reply } from '../../contract.ts';
import { type AdminCall, ok, refusal } from './call.ts';

/** ID-4: what services verify with what the gateway says of callers. Public keys are no secret. */
export function identityKeys({ gateway }: AdminCall): Reply {
  const keys = gateway.credentials.identityKeys(gateway.bundle.parts.gateway);
  if (keys === undefined) return refusal(404, 'not-found', 'Not Found', 'The gateway signs nothing: identity.signed says so.');
  const { headers, ...answer } = ok({ keys }, 'application/jwk-set+json');
  return { ...answer, headers: [...headers, ['cache-control', 'public, max-age=300']] };
}
