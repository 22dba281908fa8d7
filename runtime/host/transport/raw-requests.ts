import type { Reply } from '../../contract.ts';
import { problem } from '../../problem.ts';

/** SM-1, per chunk; node:http allows 16 times as much. */
const EXTENSION_BYTES = 1_024;
/** More than any size that node:http takes. */
const SIZE_DIGITS = 16;
/** HTTP/0.9, without a version, is refused for that. */
const REQUEST_LINE = /^[!-~]+ [!-~]+(?: HTTP\/\d\.\d)?$/;

/**
 * Reads along with node:http on one connection, for the two things of SM-1 that it accepts and does not show: white space in a request
 * line beyond the two single spaces, and chunk extensions of more than 1 KiB.
 *
 * It only finds its way: where heads, bodies and chunks begin. What it does not understand node:http refuses as well, so it looks no
 * further then.
 */
export class RawRequests {
  readonly #headBytes: number;
  #state: 'head' | 'body' | 'size' | 'chunk' | 'trailers' | 'blind' = 'head';
  /** The beginning of a head or a line, latin1. */
  #pending = '';
  /** Bytes of the body or chunk that are still to come. */
  #left = 0;
  /** Heads seen so far. */
  #requests = 0;
  /** Which request is at fault, counted from 1; 0 = none. */
  faulty = 0;
  /** The answer to it. */
  refusal: Reply = problem.malformed('The request line is not valid.');

  /** @param headBytes heads above this are refused by node:http */
  constructor(headBytes: number) {
    this.#headBytes = headBytes;
  }

  /** To be called with everything that arrives, before node:http has read it. */
  read(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let at = 0; at < bytes.length && this.#state !== 'blind'; ) {
      if (this.#state === 'body' || this.#state === 'chunk') {
        const taken = Math.min(this.#left, bytes.length - at);
        this.#left -= taken;
        at += taken;
        if (this.#left === 0) this.#state = this.#state === 'body' ? 'head' : 'size';
      } else {
        at = this.#state === 'head' ? this.#readHead(bytes, at) : this.#readLine(bytes, at);
      }
    }
  }

  /** Returns where to read on. */
  #readHead(bytes: Buffer, from: number): number {
    const before = this.#pending.length;
    const text = this.#pending + bytes.toString('latin1', from, from + this.#headBytes);
    let start = 0;
    while (text.startsWith('\r\n', start)) start += 2;
    const end = text.indexOf('\r\n\r\n', Math.max(start, before - 3));
    if (end !== -1) {
      this.#pending = '';
      this.#begin(text.slice(start, end));
      return from + end + 4 - before;
    }
    this.#pending = text.slice(start);
    if (this.#pending.length > this.#headBytes) this.#state = 'blind';
    return from + text.length - before;
  }

  #begin(head: string): void {
    this.#requests += 1;
    const [line = ''] = head.split('\r\n', 1);
    if (!REQUEST_LINE.test(line)) {
      this.#fail(problem.malformed('The request line is not valid.'));
    } else if (/\r\ntransfer-encoding:/i.test(head)) {
      this.#state = 'size';
    } else {
      this.#left = Number(/\r\ncontent-length:[\t ]*(\d+)/i.exec(head)?.[1] ?? 0);
      if (this.#left > 0) this.#state = 'body';
    }
  }

  /** Reads a line with a chunk's size, or a trailer field. Returns where to read on. */
  #readLine(bytes: Buffer, from: number): number {
    const before = this.#pending.length;
    const limit = this.#state === 'size' ? SIZE_DIGITS + EXTENSION_BYTES + 3 : this.#headBytes;
    const text = this.#pending + bytes.toString('latin1', from, from + limit);
    const end = text.indexOf('\r\n', Math.max(0, before - 1));
    if (end === -1) {
      this.#pending = text;
      if (text.length > limit) this.#tooLong();
      return from + text.length - before;
    }
    this.#pending = '';
    const line = text.slice(0, end);
    if (this.#state === 'size') this.#beginChunk(line);
    else if (line === '') this.#state = 'head';
    return from + end + 2 - before;
  }

  #beginChunk(line: string): void {
    const [digits = ''] = /^[0-9a-f]*/i.exec(line) ?? [];
    if (line.length - digits.length > EXTENSION_BYTES) {
      this.#tooLong();
    } else if (digits === '' || digits.length > SIZE_DIGITS) {
      this.#state = 'blind';
    } else {
      const size = Number.parseInt(digits, 16);
      this.#state = size === 0 ? 'trailers' : 'chunk';
      // With the line's end behind its data.
      this.#left = size + 2;
    }
  }

  /** A line that is too long; in trailers node:http counts for itself. */
  #tooLong(): void {
    if (this.#state === 'size') this.#fail(problem.malformed('A chunk extension is too long.'));
    else this.#state = 'blind';
  }

  #fail(refusal: Reply): void {
    this.faulty = this.#requests;
    this.refusal = refusal;
    this.#state = 'blind';
  }
}
