// Not by name: a Node without zstd shall get as far as being told that it is too old.
import zlib from 'node:zlib';
import { answerWith, beginAnswer } from '../answer.ts';
import type { BodyCheck, Reply } from '../contract.ts';
import type { ServedExchange } from '../exchange.ts';
import type { HeaderFields } from '../header-fields.ts';
import { problem } from '../problem.ts';

/** Where the body of a service's answer goes. */
export type AnswerBody = Pick<ServedExchange, 'writeAnswer' | 'endAnswer' | 'copiesAnswer'>;

/**
 * Begins the answer of a service, unless the route's check wants to see the whole body first: then nothing is given to the client before
 * the body is complete and right (VA-9).
 *
 * @param length bytes of the body, -1 = unknown
 * @param fault told of what the check or a response stage throws once the body is complete; before, it is thrown to the caller
 * @returns where to write the body, or what to answer instead
 */
export function openAnswer(
  exchange: ServedExchange,
  head: HeaderFields,
  length: number,
  fault: (error: unknown) => void,
): AnswerBody | Reply {
  const hasBody = length !== 0 && exchange.method !== 'HEAD' && head.status !== 204 && head.status !== 304;
  const wanted = exchange.prepared?.check?.(exchange, head, hasBody);
  if (wanted !== undefined && 'status' in wanted) return wanted;
  if (wanted !== undefined && length <= wanted.maxBytes) return new HeldAnswer(exchange, head, wanted, fault);
  wanted?.skipped(exchange, 'size');
  beginAnswer(exchange, head, length);
  return exchange;
}

/** The answer of a service while its body is collected. One that becomes too long is let go as it is, and streams. */
class HeldAnswer implements AnswerBody {
  readonly #exchange: ServedExchange;
  readonly #head: HeaderFields;
  readonly #check: BodyCheck;
  readonly #fault: (error: unknown) => void;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #streams = false;

  constructor(exchange: ServedExchange, head: HeaderFields, check: BodyCheck, fault: (error: unknown) => void) {
    this.#exchange = exchange;
    this.#head = head;
    this.#check = check;
    this.#fault = fault;
  }

  copiesAnswer(): boolean {
    return !this.#streams;
  }

  writeAnswer(chunk: Uint8Array): boolean {
    if (this.#streams) return this.#exchange.writeAnswer(chunk);
    this.#keep(chunk);
    if (this.#bytes <= this.#check.maxBytes) return true;
    this.#check.skipped(this.#exchange, 'size');
    this.#streams = true;
    if (!this.#begin(-1)) return true;
    return this.#exchange.writeAnswer(this.#taken());
  }

  endAnswer(chunk?: string | Uint8Array): void {
    if (this.#streams) {
      this.#exchange.endAnswer(chunk);
      return;
    }
    if (chunk !== undefined) this.#keep(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    const body = this.#taken();
    const reply = this.#verdict(body);
    if (reply !== undefined) answerWith(this.#exchange, reply);
    else if (this.#begin(body.byteLength)) this.#exchange.endAnswer(body);
  }

  /** The bytes are lent: the buffer of the connection is used again. */
  #keep(chunk: Uint8Array): void {
    this.#pieces.push(Buffer.from(chunk));
    this.#bytes += chunk.byteLength;
  }

  #taken(): Buffer {
    return Buffer.concat(this.#pieces.splice(0), this.#bytes);
  }

  #verdict(body: Uint8Array): Reply | undefined {
    const check = this.#check;
    try {
      const coding = this.#head.get('content-encoding')?.toLowerCase() ?? 'identity';
      if (body.byteLength > check.maxBytes) return check.skipped(this.#exchange, 'size');
      const plain = coding === 'identity' ? body : decoded(coding, body, check.maxBytes);
      return typeof plain === 'string' ? check.skipped(this.#exchange, plain) : check.check(this.#exchange, plain);
    } catch (error) {
      this.#fault(error);
      return problem.internal;
    }
  }

  /** Returns false when a response stage threw; the client has its answer then. */
  #begin(length: number): boolean {
    try {
      beginAnswer(this.#exchange, this.#head, length);
      return true;
    } catch (error) {
      this.#fault(error);
      answerWith(this.#exchange, problem.internal, []);
      return false;
    }
  }
}

const DECODERS: ReadonlyMap<string, (body: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array> = new Map([
  ['gzip', zlib.gunzipSync],
  ['x-gzip', zlib.gunzipSync],
  ['deflate', zlib.inflateSync],
  ['br', zlib.brotliDecompressSync],
  ['zstd', (body, options) => zlib.zstdDecompressSync(body, options)],
]);

/** The body without its content coding, or why it stays unread. Never more than `maxBytes`, however little was sent. */
function decoded(coding: string, body: Uint8Array, maxBytes: number): Uint8Array | 'size' | 'encoding' {
  const decode = DECODERS.get(coding);
  if (decode === undefined) return 'encoding';
  try {
    return decode(body, { maxOutputLength: maxBytes });
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE' ? 'size' : 'encoding';
  }
}
