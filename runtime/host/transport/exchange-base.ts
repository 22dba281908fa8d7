import { hash } from 'node:crypto';
import { clientAddress } from '../../address.ts';
import type { Identity, Reply, RouteInfo } from '../../contract.ts';
import type { AnswerWatcher, PreparedRoute, ServedExchange } from '../../exchange.ts';
import type { HeaderFields } from '../../header-fields.ts';
import { CORRELATION_ID_SLOT, TRACEPARENT_SLOT, USER_AGENT_SLOT } from '../../header-slots.ts';
import type { LimitUse } from '../../limits/store.ts';
import { problem } from '../../problem.ts';
import { isRequestId, newIds } from '../../request-id.ts';
import { newTraceId, traceIdOf } from '../../trace-context.ts';
import type { HostServices } from '../services.ts';
import type { BodyPart, RequestBody } from './request-body.ts';
import type { Peer, TransportSettings } from './transport.ts';

/** What a transport has read of a request head. */
export interface ArrivedHead {
  method: string;
  /** A path or `*`. */
  target: string;
  query: string;
  /** The target ended with a `?` that had nothing behind it. */
  bareQuery: boolean;
  /** `Host`, or the authority of an absolute target. */
  authority: string;
  /** The authority as routes are matched by it. */
  host: string;
  protocol: 'HTTP/1.0' | 'HTTP/1.1' | 'HTTP/2';
  /** Bytes of the body: 0 = none, -1 = unknown. */
  declaredLength: number;
  /** Values of the fields that somebody reads, by slot. */
  slots: (string | undefined)[];
  /** All values of X-Forwarded-For, joined by `,`. */
  forwardedFor: string | undefined;
  /** Value of X-Forwarded-Proto. */
  forwardedProto: string | undefined;
  /** Value of X-Request-ID. */
  requestId: string | undefined;
}

/** Longer credentials are not remembered by their connection, characters. */
const LONGEST_REMEMBERED = 2_048;

/** What every exchange knows and does, whatever reads its request and writes its answer. */
export abstract class ExchangeBase implements ServedExchange {
  protected readonly services: HostServices;
  protected readonly settings: TransportSettings;
  readonly #peer: Peer;
  readonly #startedAt: number;
  readonly #slots: readonly (string | undefined)[];
  #edits: Map<string, string | undefined> | undefined;
  #whole: Promise<Uint8Array | Reply> | undefined;
  #limited = false;
  #traceId: string | undefined;
  #status = 0;
  #endMs = 0;
  readonly method: string;
  readonly target: string;
  query: string;
  readonly bareQuery: boolean;
  readonly authority: string;
  readonly host: string;
  readonly scheme: 'http' | 'https';
  readonly protocol: 'HTTP/1.0' | 'HTTP/1.1' | 'HTTP/2';
  readonly clientAddress: string;
  readonly peerAddress: string;
  readonly peerTrusted: boolean;
  readonly clientCertificate: string | undefined;
  readonly requestId: string;
  readonly clientRequestId: string | undefined;
  readonly declaredLength: number;
  readonly captures: number[] = [];
  path = '';
  route: RouteInfo | undefined;
  prepared: PreparedRoute | undefined;
  identity: Identity | undefined;
  limits: LimitUse | undefined;
  bodyLimit: number;
  bufferedBody: Uint8Array | undefined;
  watcher: AnswerWatcher | undefined;
  answered = false;
  clientGone = false;
  ended = false;
  ttfbMs = 0;
  bytesOut = 0;
  error: string | undefined;
  upstream: string | undefined;
  upstreamTarget: string | undefined;
  upstreamMs = 0;
  attempts = 0;
  notes: [name: string, value: string][] | undefined;

  constructor(services: HostServices, settings: TransportSettings, peer: Peer, head: ArrivedHead) {
    this.services = services;
    this.settings = settings;
    this.#peer = peer;
    this.#startedAt = services.now();
    this.#slots = head.slots;
    this.method = head.method;
    this.target = head.target;
    this.query = head.query;
    this.bareQuery = head.bareQuery;
    this.authority = head.authority;
    this.host = head.host;
    this.protocol = head.protocol;
    this.declaredLength = head.declaredLength;
    this.bodyLimit = settings.limits.bodyBytes;
    this.peerAddress = peer.address;
    this.peerTrusted = peer.trusted;
    this.clientCertificate = peer.certificate;
    const claim = head.requestId ?? head.slots[CORRELATION_ID_SLOT];
    const claimed = claim !== undefined && isRequestId(claim) ? claim : undefined;
    if (peer.trusted) {
      const proto = head.forwardedProto?.toLowerCase();
      this.scheme = proto === 'http' || proto === 'https' ? proto : peer.scheme;
      this.clientAddress = clientAddress(peer.address, head.forwardedFor, settings.trustedProxies);
    } else {
      this.scheme = peer.scheme;
      this.clientAddress = peer.address;
    }
    const traceparent = head.slots[TRACEPARENT_SLOT];
    if (traceparent !== undefined) this.#traceId = traceIdOf(traceparent);
    if (peer.trusted && claimed !== undefined) {
      this.requestId = claimed;
      this.clientRequestId = undefined;
    } else {
      const own = newIds();
      this.requestId = own.requestId;
      this.clientRequestId = claimed;
      this.#traceId ??= own.traceId;
    }
  }

  /** The body, where there is one. */
  protected abstract get body(): RequestBody | undefined;
  /** Whether every byte of the request has arrived. */
  abstract get bodyComplete(): boolean;
  abstract eachHeader(visit: (name: string, value: string) => void): void;
  abstract pullBody(): Promise<BodyPart>;
  abstract beginAnswer(head: HeaderFields, length: number, close: boolean): void;
  abstract writeAnswer(chunk: Uint8Array): boolean;
  abstract endAnswer(chunk?: string | Uint8Array): void;
  abstract abort(): void;
  /** The exchange has ended; told once. */
  protected abstract released(): void;

  get userAgent(): string | undefined {
    return this.#slots[USER_AGENT_SLOT];
  }

  get traceId(): string {
    this.#traceId ??= newTraceId(this.requestId);
    return this.#traceId;
  }

  get status(): number {
    return this.#status === 0 ? 499 : this.#status;
  }

  get durationMs(): number {
    return this.#endMs === 0 ? this.services.now() - this.#startedAt : this.#endMs;
  }

  get bytesIn(): number {
    return this.body?.bytes ?? this.bufferedBody?.byteLength ?? 0;
  }

  copiesAnswer(_bytes: number): boolean {
    return false;
  }

  get holdsAnswer(): boolean {
    return true;
  }

  get bodyPulled(): boolean {
    return this.body?.started ?? false;
  }

  pathParameter(index: number): string {
    return this.path.slice(this.captures[2 * index], this.captures[2 * index + 1]);
  }

  header(slot: number): string | undefined {
    return this.#slots[slot];
  }

  credentialHash(credential: string): string {
    const known = this.#peer.credential;
    if (known !== undefined && known.text === credential) return known.hash;
    const made = hash('sha256', credential, 'base64');
    // A copy: a piece of a head would keep the whole of it.
    const text = Buffer.from(credential, 'latin1').toString('latin1');
    const kept = text === credential && text.length <= LONGEST_REMEMBERED;
    this.#peer.credential = kept ? { text, hash: made } : undefined;
    return made;
  }

  setRequestHeader(name: string, value: string): void {
    this.#edits ??= new Map();
    this.#edits.set(name, value);
  }

  removeRequestHeader(name: string): void {
    this.#edits ??= new Map();
    this.#edits.set(name, undefined);
  }

  setQuery(query: string): void {
    this.query = query;
  }

  note(name: string, value: string): void {
    this.notes ??= [];
    this.notes.push([name, value]);
  }

  eachEditedHeader(visitArrived: (name: string, value: string) => void, visitSet: (name: string, value: string) => void): void {
    const edits = this.#edits;
    if (edits === undefined) {
      this.eachHeader(visitArrived);
      return;
    }
    this.eachHeader((name, value) => {
      if (!edits.has(name)) visitArrived(name, value);
    });
    for (const [name, value] of edits) {
      if (value !== undefined) visitSet(name, value);
    }
  }

  limitBody(maxBytes: number): void {
    this.bodyLimit = this.#limited ? Math.min(this.bodyLimit, maxBytes) : maxBytes;
    this.#limited = true;
    const { body } = this;
    if (body !== undefined) body.limit = this.bodyLimit;
  }

  readBody(): Promise<Uint8Array | Reply> {
    this.#whole ??= this.#readWhole();
    return this.#whole;
  }

  async #readWhole(): Promise<Uint8Array | Reply> {
    if (this.declaredLength > this.bodyLimit) return problem.bodyTooLarge(this.bodyLimit);
    if (this.bufferedBody !== undefined) return this.bufferedBody;
    const parts: Uint8Array[] = [];
    if (this.declaredLength !== 0) {
      for (let part = await this.pullBody(); part !== undefined; part = await this.pullBody()) {
        if (!(part instanceof Uint8Array)) return part;
        parts.push(part);
      }
    }
    const [first] = parts;
    this.bufferedBody = parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
    return this.bufferedBody;
  }

  abandonBody(): void {
    this.body?.abandon();
  }

  /** Notes that the head of the answer is about to be written. */
  protected begun(status: number): void {
    this.answered = true;
    this.#status = status;
    this.ttfbMs = this.durationMs;
  }

  /** Looks for a client that keeps the body to itself (SL-1). */
  protected checkBody(now: number): void {
    this.body?.check(now, this.settings.timeouts, this.#whole !== undefined);
  }

  /** The answer is complete, or the connection is gone. */
  finish(complete: boolean): void {
    if (this.ended) return;
    this.ended = true;
    if (!complete) {
      this.clientGone = true;
      this.error ??= 'client_left';
      this.watcher?.closed();
    }
    this.abandonBody();
    this.released();
    this.#endMs = this.services.now() - this.#startedAt;
    this.services.log(this);
  }
}
