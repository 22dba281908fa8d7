/** Bytes of a chunk line's extensions. */
const MAX_EXTENSION_BYTES = 1_024;
const MAX_TRAILER_BYTES = 16_384;
/** 2^48 bytes: far above any body, far below where numbers lose their last digits. */
const MAX_SIZE_DIGITS = 12;

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const EXTENSIONS = new RegExp(
  `^(?:;${TOKEN}(?:=(?:${TOKEN}|"(?:[\\t\\x20\\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t\\x20-\\x7e\\x80-\\xff])*"))?)*$`,
);
const TRAILER = new RegExp(`^(${TOKEN}):[\\t\\x20-\\x7e\\x80-\\xff]*$`);

type State = 'size' | 'extension' | 'size-end' | 'data' | 'data-cr' | 'data-lf' | 'trailer' | 'done' | 'malformed';

const CR = 0x0d;
const LF = 0x0a;

/**
 * Decodes a chunked body, however it is cut into reads (RFC 9112 §7.1). No space around a size, no bare CR or LF; extensions and trailers
 * must be valid and are dropped.
 */
export class ChunkedBody {
  #state: State = 'size';
  /** Bytes of the chunk that have not come yet. */
  #left = 0;
  #digits = 0;
  /** The part of a line that has come. */
  #line = '';
  #trailerBytes = 0;

  get done(): boolean {
    return this.#state === 'done';
  }

  get malformed(): boolean {
    return this.#state === 'malformed';
  }

  /** Makes it ready for the next body. */
  reset(): void {
    this.#state = 'size';
    this.#left = 0;
    this.#digits = 0;
    this.#line = '';
    this.#trailerBytes = 0;
  }

  /**
   * Reads until the next piece of data, the end of the body, or the end of the bytes.
   *
   * @param piece is told where a piece of data lies: first byte and the byte behind it
   * @returns the first byte that was not read
   */
  read(bytes: Buffer, from: number, end: number, piece: (from: number, to: number) => void): number {
    let at = from;
    while (at < end && this.#state !== 'done' && this.#state !== 'malformed') {
      switch (this.#state) {
        case 'data': {
          const to = Math.min(end, at + this.#left);
          this.#left -= to - at;
          if (this.#left === 0) this.#state = 'data-cr';
          piece(at, to);
          at = to;
          break;
        }
        case 'extension':
        case 'trailer':
          at = this.#readLine(bytes, at, end);
          break;
        default:
          this.#byte(bytes[at] ?? 0);
          at += 1;
      }
    }
    return at;
  }

  #byte(byte: number): void {
    switch (this.#state) {
      case 'size':
        this.#sizeByte(byte);
        break;
      case 'size-end':
        if (byte === LF) this.#sizeEnded();
        else this.#state = 'malformed';
        break;
      case 'data-cr':
        this.#state = byte === CR ? 'data-lf' : 'malformed';
        break;
      case 'data-lf':
        this.#state = byte === LF ? 'size' : 'malformed';
        break;
    }
  }

  #sizeByte(byte: number): void {
    const digit = hexDigit(byte);
    if (digit !== -1 && this.#digits < MAX_SIZE_DIGITS) {
      this.#left = this.#left * 16 + digit;
      this.#digits += 1;
    } else if (byte === CR && this.#digits > 0) {
      this.#state = 'size-end';
    } else if (byte === 0x3b && this.#digits > 0) {
      this.#line = ';';
      this.#state = 'extension';
    } else {
      this.#state = 'malformed';
    }
  }

  #sizeEnded(): void {
    this.#digits = 0;
    this.#state = this.#left === 0 ? 'trailer' : 'data';
  }

  /** Collects a line; its LF is looked for, whatever stands before it is judged when it is there. */
  #readLine(bytes: Buffer, at: number, end: number): number {
    const found = bytes.indexOf(LF, at);
    const whole = found !== -1 && found < end;
    const to = whole ? found + 1 : end;
    this.#line += bytes.toString('latin1', at, to);
    const limit = this.#state === 'extension' ? MAX_EXTENSION_BYTES : MAX_TRAILER_BYTES - this.#trailerBytes;
    if (this.#line.length > limit) this.#state = 'malformed';
    else if (whole) this.#lineEnded();
    return to;
  }

  #lineEnded(): void {
    const line = this.#line;
    this.#line = '';
    const text = line.slice(0, -2);
    if (!line.endsWith('\r\n')) {
      this.#state = 'malformed';
    } else if (this.#state === 'extension') {
      if (EXTENSIONS.test(text)) this.#sizeEnded();
      else this.#state = 'malformed';
    } else if (text === '') {
      this.#state = 'done';
    } else {
      this.#trailerBytes += line.length;
      if (!isTrailer(text)) this.#state = 'malformed';
    }
  }
}

/** Fields that could change the framing are no trailers (RFC 9110 §6.5.1). */
function isTrailer(line: string): boolean {
  const name = TRAILER.exec(line)?.[1]?.toLowerCase();
  return name !== undefined && name !== 'content-length' && name !== 'transfer-encoding';
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
