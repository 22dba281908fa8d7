import type { Reply } from '../../../contract.ts';
import type { HeaderFields } from '../../../header-fields.ts';
import { ExchangeBase } from '../exchange-base.ts';
import { type BodyPart, type BodySource, RequestBody } from '../request-body.ts';
import type { Peer } from '../transport.ts';
import { answerHead } from './answer-head.ts';
import type { Outlet } from './outlet.ts';
import { eachField, type RequestHead } from './request-head.ts';
import type { DirectShared } from './shared.ts';

/** The largest piece of a body that is written as one string with what stands before it; a larger one is written as it came. */
const SMALL_BYTES = 8_192;

/** What an exchange needs of the connection it came by: where its body comes from, and where its answer goes. */
export interface ExchangeConnection extends BodySource {
  readonly peer: Peer;
  readonly shared: DirectShared;
  readonly outlet: Outlet;
  /** Says whether the answer that begins is the last of the connection. */
  settleLast(exchange: DirectExchange, close: boolean): boolean;
  /** All of the exchange's answer is given. */
  answered(exchange: DirectExchange): void;
  /** The connection can take no answer any more. */
  destroy(): void;
}

/** An exchange whose head the direct parser has accepted. It keeps the text of the head, and nothing keeps it once it has ended. */
export class DirectExchange extends ExchangeBase {
  readonly #connection: ExchangeConnection;
  readonly #text: string;
  readonly #fields: number;
  readonly #end: number;
  readonly #body: RequestBody | undefined;
  /** The body that came with its head was handed out. */
  #wholePulled = false;
  /** Bytes of the request's body that have not arrived. */
  unreceived: number;
  /** Bytes of the answer that are still to come: -1 = unknown, then they are chunked. */
  #unsent = 0;
  /** The answer has a head only. */
  #headOnly = false;
  /** The client wants no further answer on its connection. */
  readonly close: boolean;
  /** Why the request is answered without any stage. */
  readonly refusal: Reply | undefined;

  /**
   * @param text what `head` was read from
   * @param whole the body, when all of it came with its head: then it needs no source, and can be sent again
   */
  constructor(
    shared: DirectShared,
    connection: ExchangeConnection,
    text: string,
    head: RequestHead,
    whole: Uint8Array | undefined,
  ) {
    super(shared.services, shared.settings, connection.peer, head);
    this.#connection = connection;
    this.#text = text;
    this.#fields = head.fields;
    this.#end = head.end;
    this.unreceived = whole === undefined ? head.declaredLength : 0;
    this.bufferedBody = whole;
    this.#body = this.unreceived === 0 ? undefined : new RequestBody(connection, this.bodyLimit, shared.services.now);
    this.close = head.close;
    this.refusal = head.refusal;
  }

  protected override get body(): RequestBody | undefined {
    return this.#body;
  }

  override get bodyComplete(): boolean {
    return this.unreceived === 0;
  }

  override eachHeader(visit: (name: string, value: string) => void): void {
    eachField(this.#text, this.#fields, this.#end, visit);
  }

  override pullBody(): Promise<BodyPart> {
    if (this.#body !== undefined) return this.#body.pull();
    const part = this.#wholePulled ? undefined : this.bufferedBody;
    this.#wholePulled = true;
    return Promise.resolve(part);
  }

  /** Some bytes of the body have arrived. */
  received(chunk: Uint8Array): void {
    this.unreceived -= chunk.byteLength;
    this.#body?.arrived(chunk);
    if (this.unreceived === 0) this.#body?.end();
  }

  override beginAnswer(head: HeaderFields, length: number, close: boolean): void {
    this.begun(head.status);
    const last = this.#connection.settleLast(this, close);
    const empty = head.status === 204 || head.status === 304;
    this.#headOnly = empty || this.method === 'HEAD';
    this.#unsent = length;
    const said = head.status === 204 || (this.#headOnly && length === -1) ? undefined : length;
    const { outlet, shared } = this.#connection;
    outlet.write(answerHead(head, said, shared.keepAlive, last));
  }

  override writeAnswer(chunk: Uint8Array): boolean {
    if (this.#headOnly || chunk.byteLength === 0) return true;
    this.bytesOut += chunk.byteLength;
    if (!this.#fits(chunk.byteLength)) return false;
    const { outlet } = this.#connection;
    const chunked = this.#unsent === -1;
    if (chunk.byteLength > SMALL_BYTES) {
      if (chunked) outlet.write(`${chunk.byteLength.toString(16)}\r\n`);
      outlet.writeBytes(chunk);
      return chunked ? outlet.write('\r\n') : !outlet.blocked;
    }
    const text = latin1(chunk);
    return outlet.write(chunked ? `${chunk.byteLength.toString(16)}\r\n${text}\r\n` : text);
  }

  override copiesAnswer(bytes: number): boolean {
    return bytes <= SMALL_BYTES;
  }

  override get holdsAnswer(): boolean {
    return this.#connection.outlet.holdsBytes;
  }

  override endAnswer(chunk?: string | Uint8Array): void {
    if (typeof chunk === 'string') this.#writeText(chunk);
    else if (chunk !== undefined) this.writeAnswer(chunk);
    if (this.clientGone) return;
    if (!this.#headOnly) {
      // Less than the head has promised must never look complete.
      if (this.#unsent > 0) {
        this.abort();
        return;
      }
      if (this.#unsent === -1) this.#connection.outlet.write('0\r\n\r\n');
    }
    if (!this.bodyComplete) this.abandonBody();
    this.#connection.answered(this);
  }

  /** Writes a body that is text: ASCII as it is, which is a byte for each character. */
  #writeText(text: string): void {
    if (text.length > SMALL_BYTES || this.#unsent !== text.length || Buffer.byteLength(text) !== text.length) {
      this.writeAnswer(Buffer.from(text));
    } else if (!this.#headOnly) {
      this.bytesOut += text.length;
      this.#unsent = 0;
      this.#connection.outlet.write(text);
    }
  }

  /** Counts bytes of the answer; more than its head has promised would be read as another answer. */
  #fits(bytes: number): boolean {
    if (this.#unsent === -1) return true;
    this.#unsent -= bytes;
    if (this.#unsent >= 0) return true;
    this.abort();
    return false;
  }

  override abort(): void {
    this.error ??= 'answer_aborted';
    this.#connection.destroy();
  }

  protected override released(): void {
    this.#connection.shared.inFlight -= 1;
  }

  /** Looks for a body that is too slow. */
  check(now: number): void {
    this.checkBody(now);
  }
}

function latin1(chunk: Uint8Array): string {
  const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  return bytes.toString('latin1');
}
