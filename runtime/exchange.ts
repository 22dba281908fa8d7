/**
 * What the pipeline, the actions and the host see of an exchange besides the policies' view of it. A transport implements it; no type of
 * `node:http` appears here, so that every transport runs the same compiled pipeline.
 */
import type { AnswerCheck, Exchange, Identity, Reply, ResponseStage, RouteInfo, Stage } from './contract.ts';
import type { HeaderFields } from './header-fields.ts';
import type { LimitUse } from './limits/store.ts';
import type { CorsOptions } from './policies/cors.ts';

/** The transport's side of an exchange. */
export interface ServedExchange extends Exchange, ExchangeRecord {
  /** The request target as received: a path, `*`, or the path of an absolute form. Read by the router only, to normalize it once (RT-1). */
  readonly target: string;
  /** The target ended with a `?` that had nothing behind it; `query` is '' then, and what is sent upstream ends with it too. */
  readonly bareQuery: boolean;
  /** `Host` as received, or the authority of an absolute-form target: the public name for URLs that the gateway writes. */
  readonly authority: string;
  /** Address of the socket peer, IPv4-mapped folded. */
  readonly peerAddress: string;
  /** The client's own valid X-Request-ID (or X-Correlation-ID) where it was not kept (ID-5). */
  readonly clientRequestId: string | undefined;
  /** Of the valid `traceparent` that came, or of the trace that the request begins (TC-1), 32 hex digits. */
  readonly traceId: string;

  /** Set once by the pipeline, before any stage. */
  path: string;
  route: RouteInfo | undefined;
  prepared: PreparedRoute | undefined;
  limits: LimitUse | undefined;
  /** Start and end in `path` of each parameter, two numbers each; filled by the router. */
  readonly captures: number[];

  /** Request headers in order of arrival without those that stages set or removed, then those they set; lower-case names. */
  eachEditedHeader(visitArrived: (name: string, value: string) => void, visitSet: (name: string, value: string) => void): void;

  /** The next bytes of the body, within its limit: undefined at its end, a reply when it is too large, too slow or was aborted. */
  pullBody(): Promise<Uint8Array | Reply | undefined>;
  /** Largest body accepted so far, bytes. */
  readonly bodyLimit: number;
  /** The whole body when a stage has read it. */
  readonly bufferedBody: Uint8Array | undefined;
  /** Whether body bytes have been handed out by `pullBody`; such a request cannot be sent a second time. */
  readonly bodyPulled: boolean;
  /** Stops handing out the body; a pending pull ends. */
  abandonBody(): void;

  /** Whether the head of an answer was written. */
  readonly answered: boolean;
  /** The client has left; nothing can be answered any more. */
  readonly clientGone: boolean;
  /** Hears of the connection while an answer is streamed or awaited. One at a time. */
  watcher: AnswerWatcher | undefined;
  /**
   * Writes the head. Framing and connection headers are the transport's.
   * @param length bytes of the body that follows; -1 = unknown, then the body is chunked, or ends with the connection on HTTP/1.0
   */
  beginAnswer(head: HeaderFields, length: number, close: boolean): void;
  /** Returns false when the client is slow: write again after `watcher.drained`. */
  writeAnswer(chunk: Uint8Array): boolean;
  /** Whether a piece of so many bytes is copied before `writeAnswer` or `endAnswer` returns. */
  copiesAnswer(bytes: number): boolean;
  /** Whether bytes that were given to `writeAnswer` or `endAnswer` may still be referred to: their memory must not be written then. */
  readonly holdsAnswer: boolean;
  /** Ends the answer, with its last bytes if given. */
  endAnswer(chunk?: string | Uint8Array): void;
  /** Destroys the connection: an answer that cannot be finished must never look complete. */
  abort(): void;
}

/** Told by the transport. */
export interface AnswerWatcher {
  drained(): void;
  /** The client left before its answer was complete. */
  closed(): void;
}

/** What the access log needs of an ended exchange (OB-4, the fields that exist so far). Milliseconds since the head arrived. */
export interface ExchangeRecord {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly host: string;
  readonly scheme: 'http' | 'https';
  readonly protocol: 'HTTP/1.0' | 'HTTP/1.1' | 'HTTP/2';
  readonly requestId: string;
  readonly clientAddress: string;
  readonly route: RouteInfo | undefined;
  identity: Identity | undefined;
  /** The route it was admitted to; the host counts its end. */
  readonly prepared: PreparedRoute | undefined;
  /** What it holds of limits until now. */
  readonly limits: LimitUse | undefined;
  readonly userAgent: string | undefined;
  /** Of a valid `traceparent`, or of the trace that the gateway has begun (TC-1), 32 hex digits; undefined where there is no request. */
  readonly traceId: string | undefined;
  /** Of the answer; 499 when the client left before its head. */
  readonly status: number;
  readonly durationMs: number;
  /** Until the head of the answer was written. */
  readonly ttfbMs: number;
  /** Body bytes. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Error type of RFC 9209, or `client_left`, `answer_aborted`. */
  error: string | undefined;
  /** Name of the upstream, and the target tried last. */
  upstream: string | undefined;
  upstreamTarget: string | undefined;
  /** From the first attempt to the end of the upstream's answer. */
  upstreamMs: number;
  attempts: number;
  /** What policies noted, in order; undefined when nothing was. */
  readonly notes: readonly (readonly [name: string, value: string])[] | undefined;
}

/** A route ready to run: nothing about it is looked up or sorted per request. */
export interface PreparedRoute {
  readonly info: RouteInfo;
  /** In the order of `REQUEST_STAGES`, within a stage in the order of the plan. */
  readonly stages: readonly Stage[];
  /** Looks at the answers of the upstream first; at most one. */
  readonly check: AnswerCheck | undefined;
  /** Run over the answers of the upstream. */
  readonly responseStages: readonly ResponseStage[];
  /** Which web origins may call; undefined = none. */
  readonly cors: CorsOptions | undefined;
  /** Of these the one for `cors`: run over refusals of its path that no route made (CR-2). */
  readonly corsStage: ResponseStage | undefined;
  /** Those of stage `headers` alone: run over the gateway's own answers. */
  readonly headerStages: readonly ResponseStage[];
  readonly action: Action;
  /** Counts the exchanges of the generation the route belongs to. */
  readonly active: ActiveExchanges;
}

/** What happens to an admitted request: proxied, redirected. A reply, or nothing when the answer was already streamed. */
export type Action = (exchange: ServedExchange) => Reply | undefined | Promise<Reply | undefined>;

/** Exchanges that began with a generation and have not ended. The pipeline counts up, the host down. */
export interface ActiveExchanges {
  exchanges: number;
}
