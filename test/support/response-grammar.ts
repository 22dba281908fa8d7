/**
 * An independent reader of response messages: RFC 9112 §2–7 written down rule by rule over a cursor, without regular expressions and
 * without anything of the runtime, so that what the gateway's own reader accepts can be judged by it. Strict: where the RFC lets a
 * recipient repair a message, this refuses it.
 */
export interface ResponseMessage {
  readonly status: number;
  /** As written, optional whitespace around values removed. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** Bytes of the message, interim responses before it included. */
  readonly length: number;
}

/** Thrown where a rule does not match. */
class Mismatch extends Error {}
/** Thrown where the bytes end before the rule does. */
class Incomplete extends Error {}

/**
 * Reads the first final response.
 *
 * @param toHead whether it answers a HEAD request
 * @param atEnd whether the connection ends with the bytes
 * @returns what no rule allows as `invalid`, and the beginning of a message as `incomplete`
 */
export function readResponse(bytes: Uint8Array, toHead: boolean, atEnd: boolean): ResponseMessage | 'invalid' | 'incomplete' {
  const cursor = new Cursor(bytes);
  try {
    for (;;) {
      const message = response(cursor, toHead, atEnd);
      if (message.status >= 200) return message;
    }
  } catch (error) {
    if (error instanceof Mismatch) return 'invalid';
    if (error instanceof Incomplete) return 'incomplete';
    throw error;
  }
}

const CR = 13;
const LF = 10;
const SP = 32;
const HTAB = 9;

class Cursor {
  readonly #bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The next byte, not taken. */
  peek(): number {
    const byte = this.#bytes[this.at];
    if (byte === undefined) throw new Incomplete();
    return byte;
  }

  one(allowed: (byte: number) => boolean): number {
    const byte = this.peek();
    if (!allowed(byte)) throw new Mismatch();
    this.at += 1;
    return byte;
  }

  literal(text: string): void {
    for (const character of text) this.one((byte) => byte === character.charCodeAt(0));
  }

  many(allowed: (byte: number) => boolean, least = 0): string {
    let text = '';
    while (allowed(this.peek())) text += String.fromCharCode(this.one(allowed));
    if (text.length < least) throw new Mismatch();
    return text;
  }

  octets(count: number): Buffer {
    if (this.at + count > this.#bytes.length) throw new Incomplete();
    this.at += count;
    return Buffer.from(this.#bytes.slice(this.at - count, this.at));
  }

  rest(): Buffer {
    return this.octets(this.#bytes.length - this.at);
  }
}

// RFC 5234 and RFC 9110 §5.6
const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57;
const isAlpha = (byte: number): boolean => (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122);
const isHex = (byte: number): boolean => isDigit(byte) || (byte >= 65 && byte <= 70) || (byte >= 97 && byte <= 102);
const isVisible = (byte: number): boolean => byte >= 33 && byte <= 126;
const isObsText = (byte: number): boolean => byte >= 128;
const isToken = (byte: number): boolean =>
  isDigit(byte) || isAlpha(byte) || "!#$%&'*+-.^_`|~".includes(String.fromCharCode(byte));
const isSpace = (byte: number): boolean => byte === SP || byte === HTAB;
const isText = (byte: number): boolean => isSpace(byte) || isVisible(byte) || isObsText(byte);

function lineEnd(cursor: Cursor): void {
  cursor.one((byte) => byte === CR);
  cursor.one((byte) => byte === LF);
}

// HTTP-message = start-line CRLF *( field-line CRLF ) CRLF [ message-body ]
function response(cursor: Cursor, toHead: boolean, atEnd: boolean): ResponseMessage {
  cursor.literal('HTTP/1.');
  const minor = cursor.one((byte) => byte === 48 || byte === 49) - 48;
  cursor.literal(' ');
  const first = cursor.one((byte) => byte >= 49 && byte <= 53);
  const status = Number(String.fromCharCode(first, cursor.one(isDigit), cursor.one(isDigit)));
  cursor.literal(' ');
  cursor.many(isText);
  lineEnd(cursor);
  const fields = fieldLines(cursor);
  const body = messageBody(cursor, { status, minor, fields, toHead, atEnd });
  return { status, fields, body, length: cursor.at };
}

function fieldLines(cursor: Cursor): [name: string, value: string][] {
  const fields: [name: string, value: string][] = [];
  while (cursor.peek() !== CR) {
    const name = cursor.many(isToken, 1);
    cursor.literal(':');
    fields.push([name, trimmed(cursor.many(isText))]);
    lineEnd(cursor);
  }
  lineEnd(cursor);
  return fields;
}

function trimmed(value: string): string {
  let from = 0;
  let to = value.length;
  while (from < to && isSpace(value.charCodeAt(from))) from += 1;
  while (to > from && isSpace(value.charCodeAt(to - 1))) to -= 1;
  return value.slice(from, to);
}

interface Framed {
  readonly status: number;
  readonly minor: number;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly toHead: boolean;
  readonly atEnd: boolean;
}

// RFC 9112 §6.3, rule by rule
function messageBody(cursor: Cursor, { status, minor, fields, toHead, atEnd }: Framed): Buffer {
  const lengths = fields.filter(([name]) => name.toLowerCase() === 'content-length').map(([, value]) => value);
  const codings = fields.filter(([name]) => name.toLowerCase() === 'transfer-encoding').map(([, value]) => value);
  for (const value of lengths) {
    if (value === '' || ![...value].every((character) => isDigit(character.charCodeAt(0)))) throw new Mismatch();
  }
  if (lengths.length > 1 || codings.length > 1 || (lengths.length > 0 && codings.length > 0)) throw new Mismatch();
  if (codings.length === 1 && (codings[0]?.toLowerCase() !== 'chunked' || minor === 0)) throw new Mismatch();
  if (toHead || status < 200 || status === 204 || status === 304) return Buffer.alloc(0);
  if (codings.length === 1) return chunkedBody(cursor);
  const [length] = lengths;
  if (length !== undefined) {
    if (!Number.isSafeInteger(Number(length))) throw new Mismatch();
    return cursor.octets(Number(length));
  }
  if (!atEnd) throw new Incomplete();
  return cursor.rest();
}

// RFC 9112 §7.1
function chunkedBody(cursor: Cursor): Buffer {
  const parts: Buffer[] = [];
  for (;;) {
    const size = Number.parseInt(cursor.many(isHex, 1), 16);
    if (!Number.isSafeInteger(size)) throw new Mismatch();
    extensions(cursor);
    lineEnd(cursor);
    if (size === 0) break;
    parts.push(cursor.octets(size));
    lineEnd(cursor);
  }
  for (const [name] of fieldLines(cursor)) {
    if (['content-length', 'transfer-encoding'].includes(name.toLowerCase())) throw new Mismatch();
  }
  return Buffer.concat(parts);
}

// chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )
function extensions(cursor: Cursor): void {
  cursor.many(isSpace);
  while (cursor.peek() !== CR) {
    cursor.literal(';');
    cursor.many(isSpace);
    cursor.many(isToken, 1);
    cursor.many(isSpace);
    if (cursor.peek() !== 61) continue;
    cursor.literal('=');
    cursor.many(isSpace);
    if (cursor.peek() === 34) quotedString(cursor);
    else cursor.many(isToken, 1);
    cursor.many(isSpace);
  }
}

function quotedString(cursor: Cursor): void {
  cursor.literal('"');
  while (cursor.peek() !== 34) {
    if (cursor.peek() === 92) cursor.literal('\\');
    cursor.one(isText);
  }
  cursor.literal('"');
}
