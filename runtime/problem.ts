import type { Problem, Reply } from './contract.ts';

/**
 * The gateway's own answers: one reply object per kind, made once. What only an exchange knows (`instance`, `requestId`)
 * is added when the reply is written.
 */
function reply(status: number, code: string, title: string, detail: string | undefined, more: Partial<Reply> = {}): Reply {
  const problem: Problem = { type: 'about:blank', title, status, code, ...(detail === undefined ? {} : { detail }) };
  return { status, headers: [], problem, ...more };
}

/** RFC 9110 §15.6, and those of extensions. */
const SERVER_ERRORS: ReadonlyMap<number, string> = new Map([
  [500, 'Internal Server Error'],
  [501, 'Not Implemented'],
  [502, 'Bad Gateway'],
  [503, 'Service Unavailable'],
  [504, 'Gateway Timeout'],
  [505, 'HTTP Version Not Supported'],
  [507, 'Insufficient Storage'],
  [508, 'Loop Detected'],
]);

export const problem = {
  badRequest: (detail: string): Reply => reply(400, 'bad-request', 'Bad Request', detail),
  malformed: (detail: string): Reply => reply(400, 'malformed-request', 'Bad Request', detail, { close: true }),
  addressRefused: reply(403, 'address-refused', 'Forbidden', 'This address may not call.'),
  notFound: reply(404, 'not-found', 'Not Found', 'No route of this gateway has this path.'),
  methodNotAllowed: (allow: string): Reply =>
    reply(405, 'method-not-allowed', 'Method Not Allowed', undefined, { headers: [['allow', allow]] }),
  tooManyPreflights: (waitS: number): Reply =>
    reply(429, 'too-many-preflights', 'Too Many Requests', 'This address sends too many preflight requests.', {
      headers: [['retry-after', String(waitS)]],
    }),
  versionNotThere: (status: 400 | 404 | 406, supported: readonly string[], vary: readonly string[]): Reply => {
    const title = { 400: 'Bad Request', 404: 'Not Found', 406: 'Not Acceptable' }[status];
    const detail = 'There is no such version here.';
    const problem: Problem = { type: 'about:blank', title, status, detail, code: 'version-unknown', extensions: { supported } };
    return { status, headers: vary.map((name) => ['vary', name]), problem };
  },
  notAcceptable: (types: readonly string[]): Reply => {
    const detail = 'None of the accepted media types is there.';
    const problem: Problem = {
      type: 'about:blank',
      title: 'Not Acceptable',
      status: 406,
      detail,
      code: 'not-acceptable',
      extensions: { types },
    };
    return { status: 406, headers: [], problem };
  },
  requestTimeout: reply(408, 'request-timeout', 'Request Timeout', 'The request did not arrive in time.', { close: true }),
  bodyTooLarge: (maxBytes: number): Reply =>
    reply(413, 'body-too-large', 'Content Too Large', `The request body is larger than ${maxBytes} bytes.`, { close: true }),
  targetTooLong: reply(414, 'target-too-long', 'URI Too Long', undefined, { close: true }),
  unsupportedMediaType: (accept: string): Reply =>
    reply(415, 'unsupported-media-type', 'Unsupported Media Type', undefined, { headers: [['accept', accept]] }),
  unsupportedContentCoding: reply(415, 'unsupported-content-coding', 'Unsupported Media Type', 'The body must not be encoded.', {
    headers: [['accept-encoding', 'identity']],
  }),
  validation: (status: 400 | 422, errors: readonly ValidationProblem[]): Reply => {
    const title = status === 400 ? 'Bad Request' : 'Unprocessable Content';
    return { status, headers: [], problem: { type: 'about:blank', title, status, code: 'validation', extensions: { errors } } };
  },
  expectationFailed: reply(417, 'expectation-failed', 'Expectation Failed', 'The only known expectation is 100-continue.', {
    close: true,
  }),
  headersTooLarge: reply(431, 'headers-too-large', 'Request Header Fields Too Large', undefined, { close: true }),
  internal: reply(500, 'internal', 'Internal Server Error', undefined, { error: 'proxy_internal_error' }),
  methodUnknown: reply(501, 'method-unknown', 'Not Implemented', undefined),
  upgradeRefused: reply(501, 'upgrade-refused', 'Not Implemented', 'This gateway does not upgrade connections.', { close: true }),
  versionUnknown: reply(505, 'http-version-unknown', 'HTTP Version Not Supported', undefined, { close: true }),
  badGateway: (error: string): Reply => reply(502, 'bad-gateway', 'Bad Gateway', 'The service gave no valid answer.', { error }),
  /** The service's answer is not what its description says (VA-9). */
  invalidAnswer: reply(502, 'invalid-answer', 'Bad Gateway', 'The service gave an answer that is not as described.', {
    error: 'http_protocol_error',
  }),
  unavailable: (error: string): Reply => reply(503, 'unavailable', 'Service Unavailable', undefined, { error }),
  /** In place of an error page of the service, whose status it has (TR-6). */
  serviceError: (status: number, headers: Reply['headers']): Reply => ({
    ...reply(status, 'service-error', SERVER_ERRORS.get(status) ?? 'Server Error', 'The service answered with an error.'),
    headers,
    receivedStatus: status,
  }),
  gatewayTimeout: (error: string): Reply =>
    reply(504, 'gateway-timeout', 'Gateway Timeout', 'The service did not answer in time.', { error }),
} as const;

/** One entry of `errors` (VA-7). Holds no value of the request. */
export interface ValidationProblem {
  readonly in: 'body' | 'query' | 'path' | 'header' | 'cookie';
  /** `#/a/0`: JSON pointer as a URI fragment, below the body or the parameter. */
  readonly pointer: string;
  /** Name of the parameter; absent for bodies. */
  readonly name?: string;
  /** Stable code: the JSON Schema keyword, or `required`, `syntax`, `duplicate`, `unknown`. */
  readonly keyword: string;
  readonly message: string;
}
