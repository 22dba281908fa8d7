import { METHODS } from 'node:http';
import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Reply } from '../../contract.ts';
import type { HeaderFields } from '../../header-fields.ts';
import { problem } from '../../problem.ts';
import type { HostServices } from '../services.ts';
import { type ArrivedHead, ExchangeBase } from './exchange-base.ts';
import { checkHead, type HeadFacts, hostName, parseTarget } from './head-checks.ts';
import { readFields } from './library-exchange.ts';
import { type BodyPart, RequestBody } from './request-body.ts';
import type { Peer, TransportSettings } from './transport.ts';

/** What a request says, and why it is answered without any stage if it is. */
interface Judged {
  readonly head: ArrivedHead;
  /** Names and values in turn, without pseudo fields, with `host`. */
  readonly fields: readonly string[];
  readonly refusal: Reply | undefined;
  readonly expectsContinue: boolean;
}

/** An exchange over a stream of node:http2, which has read the frames; the head is judged as one of HTTP/1.1 is (SM-1, HL-1, H2-1). */
export class H2Exchange extends ExchangeBase {
  readonly #stream: ServerHttp2Stream;
  readonly #fields: readonly string[];
  readonly #body: RequestBody;
  #expectsContinue: boolean;
  /** Bytes of the answer that are still to come: -1 = unknown. */
  #unsent = 0;
  #headOnly = false;
  #blockedSince = 0;
  #unwritten = 0;
  /** Why the head is answered without any stage. */
  readonly refusal: Reply | undefined;
  /** Told once, when the exchange has ended. */
  onEnd: () => void = () => undefined;

  /**
   * @param raw names and values in turn, as received
   * @param bodiless the head was the end of the request
   */
  constructor(
    services: HostServices,
    settings: TransportSettings,
    peer: Peer,
    stream: ServerHttp2Stream,
    raw: readonly string[],
    bodiless: boolean,
  ) {
    const judged = judge(raw, bodiless, settings, services);
    super(services, settings, peer, judged.head);
    this.#stream = stream;
    this.#fields = judged.fields;
    this.#body = new RequestBody(stream, settings.limits.bodyBytes, services.now);
    this.#expectsContinue = judged.expectsContinue;
    this.refusal = judged.refusal;
    stream.on('drain', () => {
      this.#blockedSince = 0;
      this.watcher?.drained();
    });
    if (this.declaredLength === 0) stream.resume();
  }

  protected override get body(): RequestBody {
    return this.#body;
  }

  override get bodyComplete(): boolean {
    return this.declaredLength === 0 || this.#body.complete;
  }

  override eachHeader(visit: (name: string, value: string) => void): void {
    const fields = this.#fields;
    for (let index = 0; index + 1 < fields.length; index += 2) visit(fields[index] ?? '', fields[index + 1] ?? '');
  }

  override pullBody(): Promise<BodyPart> {
    const stream = this.#stream;
    if (this.#expectsContinue && !this.answered && !stream.destroyed) {
      this.#expectsContinue = false;
      stream.additionalHeaders({ ':status': 100 });
    }
    if (this.declaredLength === 0) return Promise.resolve(undefined);
    if (!this.#body.started) {
      stream.on('data', (chunk: Uint8Array) => this.#body.arrived(chunk));
      stream.on('end', () => this.#body.end());
      stream.on('close', () => this.#body.fail(problem.badRequest('The request body is incomplete.')));
    }
    return this.#body.pull();
  }

  override beginAnswer(head: HeaderFields, length: number, _close: boolean): void {
    this.begun(head.status);
    const { status } = head;
    this.#headOnly = this.method === 'HEAD' || status === 204 || status === 304;
    this.#unsent = length;
    if (length >= 0 && status !== 204) head.push('content-length', String(length));
    const stream = this.#stream;
    if (stream.destroyed || stream.headersSent) return;
    stream.respond(answerFields(head), { endStream: this.#headOnly });
  }

  override writeAnswer(chunk: Uint8Array): boolean {
    if (this.#headOnly || chunk.byteLength === 0) return true;
    this.bytesOut += chunk.byteLength;
    if (!this.#fits(chunk.byteLength)) return false;
    const flowing = this.#stream.write(chunk);
    if (!flowing) this.#blockedSince = this.services.now();
    return flowing;
  }

  override endAnswer(chunk?: string | Uint8Array): void {
    if (chunk !== undefined) this.writeAnswer(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    const stream = this.#stream;
    if (this.clientGone || stream.destroyed) return;
    // Less than the head has promised must never look complete.
    if (!this.#headOnly && this.#unsent > 0) {
      this.abort();
      return;
    }
    this.#blockedSince = this.services.now();
    const unread = !this.bodyComplete;
    if (unread) {
      this.abandonBody();
      // A stream with bytes that nobody takes never ends.
      stream.resume();
    }
    // The rest of the request is not wanted (RFC 9113 §8.1).
    stream.end(() => {
      if (unread) stream.close(constants.NGHTTP2_NO_ERROR);
    });
  }

  /** Counts bytes of the answer; more than its head has promised is none. */
  #fits(bytes: number): boolean {
    if (this.#unsent === -1) return true;
    this.#unsent -= bytes;
    if (this.#unsent >= 0) return true;
    this.abort();
    return false;
  }

  override abort(): void {
    this.error ??= 'answer_aborted';
    this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  }

  protected override released(): void {
    this.onEnd();
  }

  /** Looks for a client that is too slow (SL-1). */
  check(now: number): void {
    this.checkBody(now);
    if (this.#blockedSince === 0) return;
    const { writableLength } = this.#stream;
    if (writableLength !== this.#unwritten) {
      this.#unwritten = writableLength;
      this.#blockedSince = now;
    } else if (now - this.#blockedSince > this.settings.timeouts.writeStallMs) {
      this.error ??= 'client_stalled';
      this.#stream.close(constants.NGHTTP2_CANCEL);
    }
  }
}

/** Fields of one name become a list, but for `set-cookie`, which is never joined. */
function answerFields({ status, flat }: HeaderFields): OutgoingHttpHeaders {
  const fields: OutgoingHttpHeaders = Object.create(null);
  fields[':status'] = status;
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const name = flat[index] ?? '';
    const value = flat[index + 1] ?? '';
    const before = fields[name];
    if (before === undefined) fields[name] = name === 'set-cookie' ? [value] : value;
    else if (Array.isArray(before)) before.push(value);
    else fields[name] = `${before}, ${value}`;
  }
  return fields;
}

/** RFC 9113 §8.2.2. */
const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);
const KNOWN_METHODS: ReadonlySet<string> = new Set(METHODS);

function judge(raw: readonly string[], bodiless: boolean, { limits }: TransportSettings, { headerSlots }: HostServices): Judged {
  const pseudo = new Map<string, string>();
  const fields: string[] = [];
  let bytes = 0;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase();
    const value = raw[index + 1] ?? '';
    bytes += name.length + value.length + 4;
    if (name.startsWith(':')) pseudo.set(name, value);
    else fields.push(name, value);
  }
  const named = pseudo.get(':authority');
  const host = fieldOf(fields, 'host');
  if (host === undefined && named !== undefined) fields.push('host', named);
  const facts: HeadFacts = { declaredLength: 0, authority: '', expectsContinue: false };
  const path = pseudo.get(':path') ?? '';
  const parsed = parseTarget(path, limits);
  const target = 'status' in parsed ? { path: '', query: '', bareQuery: false } : parsed;
  const method = pseudo.get(':method') ?? '';
  const refusal =
    judgeMethod(method) ??
    (bytes > limits.headBytes ? problem.headersTooLarge : undefined) ??
    checkHead(fields, false, limits, facts) ??
    ('status' in parsed ? parsed : undefined) ??
    judgePseudo(path, named, host, fields);
  if (!bodiless && fieldOf(fields, 'content-length') === undefined) facts.declaredLength = -1;
  const head: ArrivedHead = {
    method,
    target: target.path,
    query: target.query,
    bareQuery: target.bareQuery,
    authority: facts.authority,
    host: hostName(facts.authority),
    protocol: 'HTTP/2',
    declaredLength: bodiless ? 0 : facts.declaredLength,
    slots: [],
    forwardedFor: undefined,
    forwardedProto: undefined,
    requestId: undefined,
  };
  readFields(fields, headerSlots, head);
  return { head, fields, refusal, expectsContinue: facts.expectsContinue };
}

function judgeMethod(method: string): Reply | undefined {
  if (method === 'CONNECT') return problem.methodNotAllowed('');
  return KNOWN_METHODS.has(method) ? undefined : problem.methodUnknown;
}

function judgePseudo(
  path: string,
  named: string | undefined,
  host: string | undefined,
  fields: readonly string[],
): Reply | undefined {
  if (path !== '*' && !path.startsWith('/')) return problem.malformed('The request target is not valid.');
  if (named !== undefined && host !== undefined && named.toLowerCase() !== host.toLowerCase())
    return problem.malformed(':authority and Host do not agree.');
  for (let index = 0; index < fields.length; index += 2)
    if (CONNECTION_FIELDS.has(fields[index] ?? '')) return problem.malformed('A header field is not part of HTTP/2.');
  return undefined;
}

function fieldOf(fields: readonly string[], name: string): string | undefined {
  for (let index = 0; index + 1 < fields.length; index += 2) if (fields[index] === name) return fields[index + 1];
  return undefined;
}
