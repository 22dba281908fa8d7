import type { IncomingMessage, ServerResponse } from 'node:http';
import { clientAddress } from '../../address.ts';
import type { Identity, Reply, RouteInfo } from '../../contract.ts';
import type { AnswerWatcher, ServedExchange } from '../../exchange.ts';
import type { PreparedRoute } from '../../generation.ts';
import type { HeaderFields } from '../../header-fields.ts';
import { CORRELATION_ID_SLOT, TRACEPARENT_SLOT, USER_AGENT_SLOT } from '../../header-slots.ts';
import type { LimitUse } from '../../limits/store.ts';
import { problem } from '../../problem.ts';
import { isRequestId, newRequestId } from '../../request-id.ts';
import { traceIdFor } from '../../trace-context.ts';
import type { HostServices } from '../services.ts';
import { checkHead, type HeadFacts, hostName, parseTarget } from './head-checks.ts';
import type { LibraryConnection } from './library-connection.ts';
import { RequestBody } from './request-body.ts';
import type { TransportSettings } from './transport.ts';

/** An exchange over node:http. The head is judged again when it is made; `refusal` says how. */
export class LibraryExchange implements ServedExchange {
  readonly #host: HostServices;
  readonly #settings: TransportSettings;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #connection: LibraryConnection;
  readonly #startedAt: number;
  readonly #body: RequestBody;
  readonly #slots: string[] = [];
  #edits: Map<string, string | undefined> | undefined;
  #whole: Promise<Uint8Array | Reply> | undefined;
  #expectsContinue: boolean;
  #limited = false;
  #blockedSince = 0;
  #unwritten = 0;
  #headMs = 0;
  #endMs = 0;
  #status = 0;
  #streamed = false;
  /** Why the head is answered without any stage. */
  readonly refusal: Reply | undefined;
  readonly method: string;
  readonly target: string;
  query: string;
  readonly bareQuery: boolean;
  readonly authority: string;
  readonly host: string;
  readonly scheme: 'http' | 'https';
  readonly protocol: 'HTTP/1.0' | 'HTTP/1.1';
  readonly clientAddress: string;
  readonly peerAddress: string;
  readonly peerTrusted: boolean;
  readonly requestId: string;
  readonly clientRequestId: string | undefined;
  readonly declaredLength: number;
  readonly captures: number[] = [];
  path = '';
  route: RouteInfo | undefined;
  prepared: PreparedRoute | undefined;
  identity: Identity | undefined;
  limits: LimitUse | undefined;
  bufferedBody: Uint8Array | undefined;
  watcher: AnswerWatcher | undefined;
  answered = false;
  clientGone = false;
  ended = false;
  /** Told once, when the exchange has ended. */
  onEnd: () => void = () => undefined;
  bytesOut = 0;
  error: string | undefined;
  upstream: string | undefined;
  upstreamTarget: string | undefined;
  upstreamMs = 0;
  attempts = 0;
  notes: [name: string, value: string][] | undefined;

  constructor(
    host: HostServices,
    settings: TransportSettings,
    connection: LibraryConnection,
    request: IncomingMessage,
    response: ServerResponse,
  ) {
    this.#host = host;
    this.#settings = settings;
    this.#request = request;
    this.#response = response;
    this.#connection = connection;
    const { peer } = connection;
    this.#startedAt = host.now();
    this.#body = new RequestBody(request, settings.limits.bodyBytes, host.now);
    const http10 = request.httpVersionMinor === 0;
    const facts: HeadFacts = { declaredLength: 0, authority: '', expectsContinue: false };
    const target = parseTarget(request.url ?? '', settings.limits);
    const targetRefusal = 'status' in target ? target : undefined;
    this.refusal = unsupported(request) ?? checkHead(request.rawHeaders, http10, settings.limits, facts) ?? targetRefusal;
    this.#expectsContinue = facts.expectsContinue;
    this.method = request.method ?? '';
    this.protocol = http10 ? 'HTTP/1.0' : 'HTTP/1.1';
    this.target = 'status' in target ? '' : target.path;
    this.query = 'status' in target ? '' : target.query;
    this.bareQuery = !('status' in target) && target.bareQuery;
    this.authority = ('status' in target ? undefined : target.authority) ?? facts.authority;
    this.host = hostName(this.authority);
    this.declaredLength = facts.declaredLength;
    this.peerAddress = peer.address;
    this.peerTrusted = peer.trusted;
    const inbound = this.#readFields();
    this.scheme = peer.trusted && (inbound.proto === 'http' || inbound.proto === 'https') ? inbound.proto : peer.scheme;
    this.clientAddress = peer.trusted ? clientAddress(peer.address, inbound.forwardedFor, settings.trustedProxies) : peer.address;
    const claim = inbound.requestId ?? this.#slots[CORRELATION_ID_SLOT];
    const claimed = claim !== undefined && isRequestId(claim) ? claim : undefined;
    this.requestId = peer.trusted && claimed !== undefined ? claimed : newRequestId();
    this.clientRequestId = peer.trusted ? undefined : claimed;
  }

  /** One pass over the fields: those with a slot are kept, those of proxies are picked out. */
  #readFields(): { proto?: string; forwardedFor?: string; requestId?: string } {
    const inbound: { proto?: string; forwardedFor?: string; requestId?: string } = {};
    const { rawHeaders } = this.#request;
    for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
      const name = (rawHeaders[index] ?? '').toLowerCase();
      const value = rawHeaders[index + 1] ?? '';
      const slot = this.#host.headerSlots.find(name);
      if (slot !== undefined) {
        const before = this.#slots[slot];
        this.#slots[slot] = before === undefined ? value : `${before}${name === 'cookie' ? '; ' : ', '}${value}`;
      }
      if (name === 'x-forwarded-for')
        inbound.forwardedFor = inbound.forwardedFor === undefined ? value : `${inbound.forwardedFor},${value}`;
      else if (name === 'x-forwarded-proto') inbound.proto = value.toLowerCase();
      else if (name === 'x-request-id') inbound.requestId = value;
    }
    return inbound;
  }

  get userAgent(): string | undefined {
    return this.#slots[USER_AGENT_SLOT];
  }

  get traceId(): string {
    return traceIdFor(this.#slots[TRACEPARENT_SLOT], this.requestId);
  }

  get status(): number {
    return this.#status === 0 ? 499 : this.#status;
  }

  get durationMs(): number {
    return this.#endMs === 0 ? this.#host.now() - this.#startedAt : this.#endMs;
  }

  get ttfbMs(): number {
    return this.#headMs;
  }

  get bytesIn(): number {
    return this.#body.bytes;
  }

  get bodyLimit(): number {
    return this.#body.limit;
  }

  get bodyPulled(): boolean {
    return this.#body.started;
  }

  pathParameter(index: number): string {
    return this.path.slice(this.captures[2 * index], this.captures[2 * index + 1]);
  }

  header(slot: number): string | undefined {
    return this.#slots[slot];
  }

  eachHeader(visit: (name: string, value: string) => void): void {
    const { rawHeaders } = this.#request;
    for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
      visit((rawHeaders[index] ?? '').toLowerCase(), rawHeaders[index + 1] ?? '');
    }
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
    this.#body.limit = this.#limited ? Math.min(this.#body.limit, maxBytes) : maxBytes;
    this.#limited = true;
  }

  readBody(): Promise<Uint8Array | Reply> {
    this.#whole ??= this.#readWhole();
    return this.#whole;
  }

  async #readWhole(): Promise<Uint8Array | Reply> {
    if (this.declaredLength > this.#body.limit) return problem.bodyTooLarge(this.#body.limit);
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

  pullBody(): ReturnType<RequestBody['pull']> {
    if (this.#expectsContinue && !this.answered && !this.clientGone) {
      this.#expectsContinue = false;
      this.#response.writeContinue();
    }
    return this.#body.pull();
  }

  abandonBody(): void {
    this.#body.abandon();
  }

  /** The parser found the rest of the request malformed. */
  failBody(reply: Reply): void {
    this.#body.fail(reply);
  }

  get bodyComplete(): boolean {
    return this.declaredLength === 0 || this.#body.complete || this.#request.complete;
  }

  beginAnswer(head: HeaderFields, length: number, close: boolean): void {
    const response = this.#response;
    this.answered = true;
    this.#status = head.status;
    this.#headMs = this.durationMs;
    if (length >= 0 && head.status !== 204) head.push('content-length', String(length));
    if (close || this.#connection.shared.draining || !this.bodyComplete) response.shouldKeepAlive = false;
    if (!response.shouldKeepAlive) this.#connection.last = true;
    response.writeHead(head.status, head.flat);
    queueMicrotask(() => {
      if (!this.#streamed && !this.ended) response.flushHeaders();
    });
  }

  writeAnswer(chunk: Uint8Array): boolean {
    this.#streamed = true;
    this.bytesOut += chunk.byteLength;
    const flowing = this.#response.write(chunk);
    if (!flowing) this.#blockedSince = this.#host.now();
    return flowing;
  }

  endAnswer(chunk?: string | Uint8Array): void {
    this.#streamed = true;
    if (this.method !== 'HEAD' && chunk !== undefined) this.bytesOut += Buffer.byteLength(chunk);
    if (!this.bodyComplete) {
      this.abandonBody();
      this.#connection.linger();
    }
    this.#blockedSince = this.#host.now();
    this.#response.end(this.method === 'HEAD' ? undefined : chunk);
  }

  abort(): void {
    this.error ??= 'answer_aborted';
    this.#request.socket.destroy();
  }

  drained(): void {
    this.#blockedSince = 0;
    this.watcher?.drained();
  }

  /** The answer is complete, or the connection is gone. Called once. */
  finish(complete: boolean): void {
    if (this.ended) return;
    this.ended = true;
    if (!complete) {
      this.clientGone = true;
      this.error ??= 'client_left';
    }
    this.watcher?.closed();
    this.abandonBody();
    this.onEnd();
    this.#endMs = this.#host.now() - this.#startedAt;
    this.#host.log(this);
  }

  /** An interim answer, which a half-closed client reads and a closed one resets. Not for HTTP/1.0, which knows none. */
  probeClient(): void {
    if (!this.answered && this.protocol === 'HTTP/1.1') this.#response.writeContinue();
  }

  /** Looks for a client that is too slow (SL-1). */
  check(now: number): void {
    const { timeouts } = this.#settings;
    this.#body.check(now, timeouts, this.#whole !== undefined);
    this.#connection.probe();
    if (this.#blockedSince === 0) return;
    const { writableLength } = this.#request.socket;
    if (writableLength !== this.#unwritten) {
      this.#unwritten = writableLength;
      this.#blockedSince = now;
    } else if (now - this.#blockedSince > timeouts.writeStallMs) {
      this.error ??= 'client_stalled';
      this.#request.socket.destroy();
    }
  }
}

/** What node:http reads but this gateway does not speak. An `Upgrade` to anything but websocket is left out, not refused. */
function unsupported(request: IncomingMessage): Reply | undefined {
  if (request.httpVersionMajor !== 1) return problem.versionUnknown;
  return request.headers.upgrade?.toLowerCase() === 'websocket' ? problem.upgradeRefused : undefined;
}
