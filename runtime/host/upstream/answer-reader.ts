import { type AnswerHead, MAX_HEAD_BYTES, parseAnswerHead } from './answer-head.ts';
import { ChunkedBody } from './chunked-body.ts';

/** Hears of the answers on a connection. The bytes given are borrowed: their memory is read into again after the call. */
export interface AnswerListener {
  /** Whether the answer that is being read answers a HEAD request. */
  readonly answersHead: boolean;
  /** The head of an answer; interim ones (1xx) are not told. */
  answerHead(head: AnswerHead): void;
  /** A piece of its body, never the last one of a body whose length is known. */
  answerData(bytes: Buffer): void;
  /**
   * The answer is complete.
   *
   * @param bytes the last piece of the body, if any
   * @param rest bytes behind it that have arrived already
   */
  answerEnd(bytes: Buffer | undefined, rest: number): void;
  /** These are not answers; nothing is read any more. `error` is a type of RFC 9209. */
  answerMalformed(error: string): void;
}

type State = 'head' | 'length' | 'chunked' | 'close' | 'stopped';

/** Most heads are shorter: so much is made a string at first. */
const FIRST_SLICE_BYTES = 4_096;
const BEGINNING = 'HTTP/1.';
/** What no head can hold: controls, a bare LF, a bare CR. */
const NOT_A_HEAD = /[^\t\r\n\x20-\x7e\x80-\xff]|[^\r]\n|\r[^\n]/;

/**
 * Reads answers from the bytes of a connection, in any pieces. It knows nothing of sockets; what is not exactly one answer after another
 * stops it.
 */
export class AnswerReader {
  readonly #listener: AnswerListener;
  readonly #chunked = new ChunkedBody();
  #state: State = 'head';
  /** What has come of a head that is not complete. Its last three bytes are kept apart: to look at them would copy the whole. */
  #partial = '';
  #tail = '';
  /** Bytes of the interim heads before it. */
  #interimBytes = 0;
  /** Bytes that are still to come of a body with a length. */
  #left = 0;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(listener: AnswerListener) {
    this.#listener = listener;
  }

  /** Whether a byte of an answer has come that is not complete yet. */
  get started(): boolean {
    return this.#state !== 'head' || this.#tail !== '' || this.#interimBytes > 0;
  }

  /** @param length how many bytes of the buffer were read */
  read(bytes: Buffer, length: number): void {
    this.#bytes = bytes;
    let at = 0;
    while (at < length && this.#state !== 'stopped') {
      if (this.#state === 'head') at = this.#readHead(at, length);
      else if (this.#state === 'length') at = this.#readCounted(at, length);
      else if (this.#state === 'chunked') at = this.#readChunks(at, length);
      else {
        this.#listener.answerData(bytes.subarray(at, length));
        at = length;
      }
    }
  }

  /** The connection has ended. Returns whether that completed an answer. */
  end(): boolean {
    if (this.#state !== 'close') return false;
    this.#complete(undefined, 0);
    return true;
  }

  /** Reads nothing any more. */
  stop(): void {
    this.#state = 'stopped';
  }

  #readHead(from: number, length: number): number {
    // The end of a head may lie across reads.
    const tail = this.#tail;
    let to = Math.min(length, from + FIRST_SLICE_BYTES);
    let text = tail + this.#bytes.toString('latin1', from, to);
    let end = text.indexOf('\r\n\r\n');
    if (end === -1 && to < length) {
      to = Math.min(length, from + MAX_HEAD_BYTES + 4);
      text = tail + this.#bytes.toString('latin1', from, to);
      end = text.indexOf('\r\n\r\n');
    }
    if (end === -1) return this.#keepPartial(text, to, length);
    const whole = tail === '' ? text.slice(0, end) : this.#partial + text.slice(0, end);
    this.#partial = '';
    this.#tail = '';
    if (whole.length + this.#interimBytes > MAX_HEAD_BYTES) return this.#malformed('http_response_header_section_size', length);
    const behind = from + end + 4 - tail.length;
    const head = parseAnswerHead(whole, this.#listener.answersHead);
    if (head === undefined || head.status === 101) return this.#malformed('http_protocol_error', length);
    if (head.status < 200) {
      this.#interimBytes += whole.length + 4;
      return behind;
    }
    this.#interimBytes = 0;
    this.#begin(head, length - behind);
    return behind;
  }

  /** Keeps a head that is not complete; refuses at once what can never become one. */
  #keepPartial(text: string, to: number, length: number): number {
    const begun = this.#partial.length < BEGINNING.length ? this.#partial + text : BEGINNING;
    this.#partial += text.slice(0, -3);
    this.#tail = text.slice(-3);
    if (this.#partial.length + this.#interimBytes > MAX_HEAD_BYTES) {
      return this.#malformed('http_response_header_section_size', length);
    }
    const begins = begun.length < BEGINNING.length ? BEGINNING.startsWith(begun) : begun.startsWith(BEGINNING);
    return begins && !NOT_A_HEAD.test(text) ? to : this.#malformed('http_protocol_error', length);
  }

  #begin(head: AnswerHead, rest: number): void {
    const { framing } = head;
    if (framing === 'length') this.#left = head.length;
    if (framing === 'chunked') this.#chunked.reset();
    const empty = framing === 'none' || (framing === 'length' && head.length === 0);
    if (!empty) this.#state = framing;
    this.#listener.answerHead(head);
    if (empty && !this.#stopped) this.#listener.answerEnd(undefined, rest);
  }

  #readCounted(at: number, length: number): number {
    const to = Math.min(length, at + this.#left);
    this.#left -= to - at;
    const piece = this.#bytes.subarray(at, to);
    if (this.#left === 0) this.#complete(piece, length - to);
    else this.#listener.answerData(piece);
    return to;
  }

  #readChunks(from: number, length: number): number {
    const at = this.#chunked.read(this.#bytes, from, length, this.#piece);
    if (this.#stopped) return length;
    if (this.#chunked.malformed) return this.#malformed('http_protocol_error', length);
    if (this.#chunked.done) this.#complete(undefined, length - at);
    return at;
  }

  readonly #piece = (from: number, to: number): void => {
    if (!this.#stopped) this.#listener.answerData(this.#bytes.subarray(from, to));
  };

  /** Asked anew after each call of the listener, which may stop the reader. */
  get #stopped(): boolean {
    return this.#state === 'stopped';
  }

  #complete(bytes: Buffer | undefined, rest: number): void {
    this.#state = 'head';
    this.#listener.answerEnd(bytes, rest);
  }

  #malformed(error: string, length: number): number {
    this.#state = 'stopped';
    this.#listener.answerMalformed(error);
    return length;
  }
}
