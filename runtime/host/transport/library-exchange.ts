import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Reply } from '../../contract.ts';
import type { HeaderFields } from '../../header-fields.ts';
import type { HeaderSlots } from '../../header-slots.ts';
import { problem } from '../../problem.ts';
import type { HostServices } from '../services.ts';
import { type ArrivedHead, ExchangeBase } from './exchange-base.ts';
import { checkHead, type HeadFacts, hostName, parseTarget } from './head-checks.ts';
import { type BodyPart, RequestBody } from './request-body.ts';
import type { Peer, TransportSettings } from './transport.ts';

/** What an exchange needs of the connection it came by. */
export interface LibraryExchangeConnection {
  readonly peer: Peer;
  readonly shared: { readonly draining: boolean };
  /** An answer said that it is the last. */
  last: boolean;
  /** Throws away for a while what still arrives, and closes. */
  linger(): void;
  /** Finds out whether a half-closed client is still there. */
  probe(): void;
}

/** An exchange over node:http. The head is judged again when it is made; `refusal` says how. */
export class LibraryExchange extends ExchangeBase {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #connection: LibraryExchangeConnection;
  readonly #body: RequestBody;
  #expectsContinue: boolean;
  #blockedSince = 0;
  #unwritten = 0;
  #streamed = false;
  /** Why the head is answered without any stage. */
  readonly refusal: Reply | undefined;
  /** Told once, when the exchange has ended. */
  onEnd: () => void = () => undefined;

  constructor(
    services: HostServices,
    settings: TransportSettings,
    connection: LibraryExchangeConnection,
    request: IncomingMessage,
    response: ServerResponse,
  ) {
    const judged = judge(request, settings, services);
    super(services, settings, connection.peer, judged.head);
    this.#request = request;
    this.#response = response;
    this.#connection = connection;
    this.#body = new RequestBody(request, settings.limits.bodyBytes, services.now);
    this.refusal = judged.refusal;
    this.#expectsContinue = judged.expectsContinue;
  }

  protected override get body(): RequestBody {
    return this.#body;
  }

  override eachHeader(visit: (name: string, value: string) => void): void {
    const { rawHeaders } = this.#request;
    for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
      visit((rawHeaders[index] ?? '').toLowerCase(), rawHeaders[index + 1] ?? '');
    }
  }

  override pullBody(): Promise<BodyPart> {
    if (this.#expectsContinue && !this.answered && !this.clientGone) {
      this.#expectsContinue = false;
      this.#response.writeContinue();
    }
    if (!this.#body.started) this.#listen();
    return this.#body.pull();
  }

  #listen(): void {
    const request = this.#request;
    const body = this.#body;
    request.on('data', (chunk: Uint8Array) => body.arrived(chunk));
    request.on('end', () => body.end());
    request.on('close', () => {
      if (!request.complete) body.fail(problem.badRequest('The request body is incomplete.'));
    });
  }

  /** The parser found the rest of the request malformed. */
  failBody(reply: Reply): void {
    this.#body.fail(reply);
  }

  override get bodyComplete(): boolean {
    return this.declaredLength === 0 || this.#body.complete || this.#request.complete;
  }

  override beginAnswer(head: HeaderFields, length: number, close: boolean): void {
    const response = this.#response;
    this.begun(head.status);
    if (length >= 0 && head.status !== 204) head.push('content-length', String(length));
    if (close || this.#connection.shared.draining || !this.bodyComplete) response.shouldKeepAlive = false;
    if (!response.shouldKeepAlive) this.#connection.last = true;
    response.writeHead(head.status, head.flat);
    queueMicrotask(() => {
      if (!this.#streamed && !this.ended) response.flushHeaders();
    });
  }

  override writeAnswer(chunk: Uint8Array): boolean {
    this.#streamed = true;
    this.bytesOut += chunk.byteLength;
    const flowing = this.#response.write(chunk);
    if (!flowing) this.#blockedSince = this.services.now();
    return flowing;
  }

  override endAnswer(chunk?: string | Uint8Array): void {
    this.#streamed = true;
    if (this.method !== 'HEAD' && chunk !== undefined) this.bytesOut += Buffer.byteLength(chunk);
    if (!this.bodyComplete) {
      this.abandonBody();
      this.#connection.linger();
    }
    this.#blockedSince = this.services.now();
    this.#response.end(this.method === 'HEAD' ? undefined : chunk);
  }

  override abort(): void {
    this.error ??= 'answer_aborted';
    this.#request.socket.destroy();
  }

  drained(): void {
    this.#blockedSince = 0;
    this.watcher?.drained();
  }

  protected override released(): void {
    this.onEnd();
  }

  /** An interim answer, which a half-closed client reads and a closed one resets. Not for HTTP/1.0, which knows none. */
  probeClient(): void {
    if (!this.answered && this.protocol === 'HTTP/1.1') this.#response.writeContinue();
  }

  /** Looks for a client that is too slow (SL-1). */
  check(now: number): void {
    this.checkBody(now);
    this.#connection.probe();
    if (this.#blockedSince === 0) return;
    const { writableLength } = this.#request.socket;
    if (writableLength !== this.#unwritten) {
      this.#unwritten = writableLength;
      this.#blockedSince = now;
    } else if (now - this.#blockedSince > this.settings.timeouts.writeStallMs) {
      this.error ??= 'client_stalled';
      this.#request.socket.destroy();
    }
  }
}

/** What a request says, and why it is refused if it is (SM-1, HL-1). */
function judge(
  request: IncomingMessage,
  { limits }: TransportSettings,
  { headerSlots }: HostServices,
): { readonly head: ArrivedHead; readonly refusal: Reply | undefined; readonly expectsContinue: boolean } {
  const http10 = request.httpVersionMinor === 0;
  const facts: HeadFacts = { declaredLength: 0, authority: '', expectsContinue: false };
  const parsed = parseTarget(request.url ?? '', limits);
  const target = 'status' in parsed ? { path: '', query: '', bareQuery: false, authority: undefined } : parsed;
  const refusal = unsupported(request) ?? checkHead(request.rawHeaders, http10, limits, facts);
  const authority = target.authority ?? facts.authority;
  const head: ArrivedHead = {
    method: request.method ?? '',
    target: target.path,
    query: target.query,
    bareQuery: target.bareQuery,
    authority,
    host: hostName(authority),
    protocol: http10 ? 'HTTP/1.0' : 'HTTP/1.1',
    declaredLength: facts.declaredLength,
    slots: [],
    forwardedFor: undefined,
    forwardedProto: undefined,
    requestId: undefined,
  };
  readFields(request.rawHeaders, headerSlots, head);
  return { head, refusal: refusal ?? ('status' in parsed ? parsed : undefined), expectsContinue: facts.expectsContinue };
}

/** One pass over the fields: those with a slot are kept, those of proxies are picked out. */
export function readFields(rawHeaders: readonly string[], headerSlots: HeaderSlots, head: ArrivedHead): void {
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = rawHeaders[index + 1] ?? '';
    const slot = headerSlots.find(name);
    if (slot !== undefined) {
      const before = head.slots[slot];
      head.slots[slot] = before === undefined ? value : `${before}${name === 'cookie' ? '; ' : ', '}${value}`;
    }
    if (name === 'x-forwarded-for') head.forwardedFor = head.forwardedFor === undefined ? value : `${head.forwardedFor},${value}`;
    else if (name === 'x-forwarded-proto') head.forwardedProto = value;
    else if (name === 'x-request-id') head.requestId = value;
  }
}

/** What node:http reads but this gateway does not speak. An `Upgrade` to anything but websocket is left out, not refused. */
function unsupported(request: IncomingMessage): Reply | undefined {
  if (request.httpVersionMajor !== 1) return problem.versionUnknown;
  return request.headers.upgrade?.toLowerCase() === 'websocket' ? problem.upgradeRefused : undefined;
}
