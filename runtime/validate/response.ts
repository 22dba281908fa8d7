import type { AnswerCheck, AnswerCheckFactory, BodyCheck, Exchange, PolicyEnv, Reply, Validator } from '../contract.ts';
import { problem } from '../problem.ts';
import { type Failure, failure, schemaFailure } from './failure.ts';
import { decodeUtf8, parseJson } from './json.ts';
import { essenceOf, isInRange, isJson, mediaTypeParameter, precision } from './media-type.ts';
import type { ResponseContent, ResponseOptions, ValidationMode } from './options.ts';

/** A media type, prepared. */
interface Prepared {
  readonly type: string;
  /** Undefined: the body is not read. */
  readonly body: BodyCheck | undefined;
}

const MEDIA_TYPE = failure('mediaType', 'is of a media type that is not declared');
const CHARSET = failure('syntax', 'is not UTF-8');

/**
 * Holds answers of services to their description (VA-9): the status, the media type, and bodies of JSON against their schema. In mode
 * `report` what is wrong is noted for the access log; in mode `enforce` the answer is replaced by a 502 that says nothing of it. A status
 * that is not declared is noted in both, since a service may fail in ways that nobody wrote down. What is not read (too long, or of a
 * content coding that nobody knows) is noted as well.
 */
export const response: AnswerCheckFactory<ResponseOptions> = ({ mode, maxBytes, responses }, env): AnswerCheck => {
  const byStatus = new Map(responses.map(({ status, content }) => [status, prepare(content, mode, maxBytes, env)]));
  return (exchange, head, hasBody) => {
    const status = String(head.status);
    const declared = [status, `${status.charAt(0)}XX`, 'default'].find((key) => byStatus.has(key));
    if (declared === undefined) {
      exchange.note('response-validation', `status ${status} is not declared`);
      return undefined;
    }
    const media = byStatus.get(declared);
    const contentType = head.get('content-type');
    if (media === undefined || head.status === 304 || (contentType === undefined && !hasBody)) return undefined;
    const essence = contentType === undefined ? undefined : essenceOf(contentType);
    const found = essence === undefined ? undefined : media.find(({ type }) => isInRange(essence, type));
    if (contentType === undefined || essence === undefined || found === undefined) return refuse(exchange, mode, MEDIA_TYPE);
    // A part of a body conforms to nothing.
    if (!hasBody || found.body === undefined || head.status === 206 || !isWholeJson(essence)) return undefined;
    return isUtf8(contentType) ? found.body : refuse(exchange, mode, CHARSET);
  };
};

/** Undefined: any body passes. */
function prepare(
  content: readonly ResponseContent[] | undefined,
  mode: ValidationMode,
  maxBytes: number,
  env: PolicyEnv,
): readonly Prepared[] | undefined {
  return content
    ?.map(({ type, schema }) => ({
      type,
      body: schema === undefined ? undefined : bodyCheck(env.validator(schema), mode, maxBytes),
    }))
    .sort((a, b) => precision(b.type) - precision(a.type));
}

function bodyCheck(validator: Validator, mode: ValidationMode, maxBytes: number): BodyCheck {
  return {
    maxBytes,
    check(exchange, body) {
      const text = decodeUtf8(body);
      if (typeof text !== 'string') return refuse(exchange, mode, text);
      const parsed = parseJson(text);
      if ('failure' in parsed) return refuse(exchange, mode, parsed.failure);
      return validator(parsed.value) ? undefined : refuse(exchange, mode, schemaFailure(validator.errors));
    },
    skipped(exchange, why) {
      exchange.note('response-unchecked', why);
      return undefined;
    },
  };
}

/** JSON, but no stream of it. */
function isWholeJson(essence: string): boolean {
  return isJson(essence) && essence !== 'application/stream+json';
}

function isUtf8(contentType: string): boolean {
  if (!contentType.includes(';')) return true;
  const charset = mediaTypeParameter(contentType, 'charset');
  return charset === undefined || /^(?:utf-?8|us-ascii)$/i.test(charset);
}

function refuse(exchange: Exchange, mode: ValidationMode, { pointer, keyword }: Failure): Reply | undefined {
  exchange.note('response-validation', keyword === 'mediaType' ? keyword : `#${pointer.slice(0, MAX_POINTER)} ${keyword}`);
  return mode === 'enforce' ? problem.invalidAnswer : undefined;
}

/** Longest pointer that is noted; names of properties come from the service. */
const MAX_POINTER = 256;
