/**
 * What the parts of a running gateway agree on: the exchange, stages and policies, replies, and what one generation consists of.
 * Types and the order of the stages only. Transports implement `Exchange`; policies see nothing else of a request.
 */

import type { Expression } from './expressions/expression.ts';
import type { LimitStore, LimitUse } from './limits/store.ts';

/** The order in which the policies of a route run (SEMANTICS 0.2). Fixed; a route holds only the stages that it uses. */
export const REQUEST_STAGES = [
  'preflight',
  'ip',
  'address-limits',
  'identity',
  'authenticate',
  'authorize',
  'limits',
  'lifecycle',
  'brownout',
  'size',
  'validate',
  'body',
  'body-limits',
  'idempotency',
  'cache',
  'transform',
] as const;

/** Stages over the answer, in order: `response-body` over answers of services alone, `headers` over every one, problems included. */
export const RESPONSE_STAGES = ['response-body', 'store', 'compress', 'headers'] as const;

export type RequestStageName = (typeof REQUEST_STAGES)[number];
export type ResponseStageName = (typeof RESPONSE_STAGES)[number];
export type StageName = RequestStageName | ResponseStageName;

/** One step over a request. Synchronous unless it must wait: no promise is made where nothing waits. A reply ends the exchange. */
export type Stage = (exchange: Exchange) => undefined | Reply | Promise<undefined | Reply>;

/** One step over the head of an answer, whoever made it. */
export type ResponseStage = (exchange: Exchange, head: ResponseHead) => void;

/**
 * Looks at the answer of a service before anything else does (stage `response-body`). A reply is given instead of it; a `BodyCheck` asks for
 * the whole body before the client gets any of it.
 */
export type AnswerCheck = (exchange: Exchange, head: ResponseHead, hasBody: boolean) => Reply | BodyCheck | undefined;

/** Judges whole bodies. One object for all exchanges of a route. */
export interface BodyCheck {
  /** Longer bodies stream, unread. */
  readonly maxBytes: number;
  /** @param body without its content coding */
  check(exchange: Exchange, body: Uint8Array): Reply | undefined;
  /** Told of a body that it does not get to see: too long, or of a content coding that cannot be undone. */
  skipped(exchange: Exchange, why: 'size' | 'encoding'): Reply | undefined;
}

export type AnswerCheckFactory<Options> = (options: Options, env: PolicyEnv) => AnswerCheck;

/** Makes the request half of a policy. Called once per route when a generation is loaded, never per request. */
export type PolicyFactory<Options> = (options: Options, env: PolicyEnv) => Stage;

/** Makes the response half of a policy. */
export type ResponsePolicyFactory<Options> = (options: Options, env: PolicyEnv) => ResponseStage;

/** What a factory may use while a generation is loaded. */
export interface PolicyEnv {
  readonly route: RouteInfo;
  /** The slot of a request header; asked at load time, so that transports keep only the headers somebody reads. */
  headerSlot(name: string): number;
  /** The compiled validator of a schema of the plan. */
  validator(schemaId: string): Validator;
  /** A compiled expression (`gw:expressions`) by its id. */
  expression(id: string): Expression;
  /** Wall clock, milliseconds since the epoch. */
  clock(): number;
  /** Something that operators change while the gateway runs; asked for at load time, read per request. */
  runtimeValue(key: string): RuntimeValue;
  /** Where limits are counted. */
  readonly limits: LimitStore;
  /** Resolves after so many milliseconds; the timer is the host's. */
  wait(ms: number): Promise<void>;
  /** What a promise gives, or after so many milliseconds `late`; then nobody waits for it any more. */
  within<T>(promise: Promise<T>, ms: number, late: T): Promise<T>;
  /** The long-lived verifier of a binding, from the host's registry. */
  verifier(name: string): Verifier;
  /** Signs in the name of the gateway. */
  identitySigner(): IdentitySigner;
}

/** Signs what services are told about callers (ID-4). */
export interface IdentitySigner {
  /** How long what it signs is valid. */
  readonly lifetimeMs: number;
  /** @returns a JWT with these claims, the gateway as its issuer, and its end */
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>;
}

/** Judges the credentials of one binding (`security` of the gateway file). The host owns it: its caches survive reloads. */
export interface Verifier {
  readonly name: string;
  /**
   * Judges one credential. A cached one is judged without waiting; a bad one is a denial, never an exception.
   *
   * @param credential as it stands in the request, without its scheme; for certificates ''
   */
  verify(credential: string, exchange: Exchange): Verdict | Promise<Verdict>;
}

export type Verdict = Principal | Denial;

/** What one credential proves. May be shared by exchanges, so nobody changes it. */
export interface Principal extends Omit<Identity, 'schemes'> {
  /** Whether the binding or the key names the consumer, and not only the user of the token: two that differ are refused. */
  readonly consumerNamed: boolean;
  readonly denied?: never;
}

/** Why a credential is not accepted. */
export interface Denial {
  /** 401: not proved; 403: proved, but not now or not from there; 429: too many failures; 503: nobody can tell at the moment. */
  readonly denied: 400 | 401 | 403 | 429 | 503;
  /** Word for the log and for `error_description`, from a fixed list; never a value of the request. */
  readonly reason: string;
  readonly retryAfterS?: number;
}

/** What an operator has set (admin API), as JSON; undefined while nobody has. Changes between requests. */
export interface RuntimeValue {
  readonly value: unknown;
}

/** A compiled schema (`gw:validators`). Returns whether `value` conforms; details of the last failure are in `errors`. */
export interface Validator {
  (value: unknown): boolean;
  errors?: readonly ValidatorError[] | null;
}

export interface ValidatorError {
  /** JSON pointer below the validated value. */
  readonly instancePath: string;
  readonly keyword: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** What stages and logs may know about the route of an exchange. */
export interface RouteInfo {
  readonly id: string;
  readonly method: string;
  readonly template: string;
  readonly owner: string | undefined;
  readonly parameterNames: readonly string[];
}

/**
 * Who calls, as the credentials that the route required have proved it (ID-1). Made by stage `authenticate`; may be shared by exchanges of
 * one token, so nobody changes it.
 */
export interface Identity {
  /** Names of the OpenAPI schemes whose credentials were accepted, in the order of the requirement. */
  readonly schemes: readonly string[];
  /** The user: `sub`, the user of Basic, the subject of a certificate; undefined for a machine without one. */
  readonly subject: string | undefined;
  /** Who is counted and billed; `anonymous` routes have none. */
  readonly consumer: string | undefined;
  readonly plan: string | undefined;
  readonly tenant: string | undefined;
  /** Public id of the API key, never its secret. */
  readonly apiKey: string | undefined;
  /** When the API key ends, as a date of HTTP; absent = never, or there is none. */
  readonly apiKeyEnds?: string | undefined;
  /** The certificate that was accepted, DER in base64. */
  readonly certificate?: string | undefined;
  readonly scopes: readonly string[];
  readonly roles: readonly string[];
  /** Claims of the token, or what a key store or an introspection says; empty where there are none. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** One request and its answer. A transport makes it; it must not be kept after the answer has ended. */
export interface Exchange {
  readonly method: string;
  /** Normalized once (RT-1, RT-2); router, policies, log and the upstream see this string only. */
  readonly path: string;
  /** What followed `?`, byte for byte, without it; '' when absent or empty. */
  readonly query: string;
  /** Lower case, without port and trailing dot. */
  readonly host: string;
  readonly scheme: 'http' | 'https';
  /** RL-25: the peer, or the first untrusted hop when the peer is a trusted proxy. */
  readonly clientAddress: string;
  /** Whether the peer is a proxy whose word about its client is believed. */
  readonly peerTrusted: boolean;
  /** The certificate that the peer of the connection has shown, DER in base64; undefined without one, or where nobody asks for it. */
  readonly clientCertificate: string | undefined;
  /** UUIDv7, or the accepted inbound one (ID-5). */
  readonly requestId: string;
  /** Undefined until matched. */
  readonly route: RouteInfo | undefined;
  /** Set by stage `authenticate`; undefined on a public route, or where an optional credential is absent. */
  identity: Identity | undefined;
  /** What it took of its limits, the latest stage's first; the host ends it with the exchange. */
  limits: LimitUse | undefined;

  /** The text of a path parameter as it stands in `path`, still percent-encoded. */
  pathParameter(index: number): string;
  /** A request header by its slot; several fields of one name are joined by `, ` (cookies by `; `). */
  header(slot: number): string | undefined;
  /** Every request header in order of arrival, lower-case names, identity and hop-by-hop ones included. */
  eachHeader(visit: (name: string, value: string) => void): void;
  /** SHA-256 of a credential that the request has brought, base64. Its connection remembers the last one (JW-7). */
  credentialHash(credential: string): string;
  /** Edits what the upstream will receive; names lower case. */
  setRequestHeader(name: string, value: string): void;
  removeRequestHeader(name: string): void;
  /** Replaces the query for later stages and the upstream; without `?`. */
  setQuery(query: string): void;
  /** Records something for the access log: a finding of a policy in mode `report`. Names are ours; no values of the request. */
  note(name: string, value: string): void;

  /** Bytes: 0 = no body, -1 = a body of unknown length. */
  readonly declaredLength: number;
  /**
   * Limits the body, enforced on the bytes as they pass; exceeding it ends the exchange with 413. The first call replaces the server's
   * default, later ones can only lower it.
   */
  limitBody(maxBytes: number): void;
  /** Reads the whole body within its limit, once; later calls give the same bytes. A reply when it is too large, too slow or aborted. */
  readBody(): Promise<Uint8Array | Reply>;
}

/** The head of an answer while the response stages may edit it. Names lower case; `set-cookie` is never joined. */
export interface ResponseHead {
  status: number;
  get(name: string): string | undefined;
  set(name: string, value: string): void;
  /** Adds a field unless there is one of that name. */
  setMissing(name: string, value: string): void;
  append(name: string, value: string): void;
  remove(name: string): void;
}

/** An answer made by the gateway. Prebuilt where possible, one object per kind and not per request. */
export interface Reply {
  readonly status: number;
  /** Names lower case; framing headers are the transport's. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Uint8Array;
  /** The problem behind it: the transport adds what only an exchange knows (instance, requestId) before it writes it. */
  readonly problem?: Problem;
  /** Error type of RFC 9209 for Proxy-Status and the access log. */
  readonly error?: string;
  /** Status of the service's answer that this one stands for; Proxy-Status tells it instead of an error (RFC 9209 §2.1.4). */
  readonly receivedStatus?: number;
  /** Close the connection after it, unread request bytes or not. */
  readonly close?: boolean;
}

/** RFC 9457, with the gateway's `code`. `detail` never holds upstream addresses, stack traces or values from the request. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly code: string;
  /** Further members, e.g. `errors`. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}
