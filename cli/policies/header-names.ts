import type { TextOptions } from '../plan/shape.ts';

/** RFC 9110 §5.1. */
export const headerName: Required<TextOptions> = {
  pattern: /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/,
  says: 'the name of a header field',
};

/** What may stand in a header field, as `runtime/field-value.ts` lets it pass, without space around it (RFC 9110 §5.5). */
export const headerValue: Required<TextOptions> = {
  pattern: /^(?![ \t])[\t\x20-\x7e\x80-\xff]*(?<![ \t])$/,
  says: 'a header value: Latin letters, no line breaks, no space around it',
};

/** Fields of one connection and of its framing (RFC 9110 §7.6.1, RFC 9112 §6): the transport's own. */
export const connectionFields: readonly string[] = [
  'connection',
  'content-length',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** Fields that the gateway writes into every request itself (RL-28, ID-5, TC-1). */
export const ownRequestFields: readonly string[] = [
  'forwarded',
  'host',
  'traceparent',
  'tracestate',
  'via',
  'x-client-request-id',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-request-id',
];

/** Fields that the gateway writes into every answer itself. */
export const ownResponseFields: readonly string[] = ['proxy-status', 'x-request-id'];
