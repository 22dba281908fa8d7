/**
 * An independent reader of HTTP/1.1 requests, strict, one character at a time: what RFC 9112 §2–6 allows, and nothing that its §2.2, §5 or §6
 * merely lets a recipient tolerate, but for empty lines before a request. It shares no code with the gateway, so that the two can be
 * compared.
 *
 * It takes a request target for any visible ASCII characters without `#`: which of them are a path is for the router to say (RT-1).
 */

/** One request; names in lower case, values without the white space around them. */
export interface GrammarRequest {
  readonly method: string;
  readonly target: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** latin1. */
  readonly body: string;
}

export interface GrammarResult {
  /** Complete requests, in order, up to the first that is not. */
  readonly requests: readonly GrammarRequest[];
  /** Where each of them ends. */
  readonly ends: readonly number[];
  /** How the bytes end: behind a request, in the middle of one, or with something that is none. */
  readonly end: 'complete' | 'partial' | 'invalid';
}

/** Thrown by the rules below, caught by `parseRequests`. */
class Stop extends Error {
  readonly why: 'partial' | 'invalid';

  constructor(why: 'partial' | 'invalid') {
    super(why);
    this.why = why;
  }
}

/** Reads pipelined requests from latin1 text. */
export function parseRequests(text: string): GrammarResult {
  const reader = new Reader(text);
  const requests: GrammarRequest[] = [];
  const ends: number[] = [];
  for (;;) {
    reader.emptyLines();
    if (reader.atEnd) return { requests, ends, end: 'complete' };
    try {
      requests.push(request(reader));
      ends.push(reader.at);
    } catch (error) {
      if (error instanceof Stop) return { requests, ends, end: error.why };
      throw error;
    }
  }
}

/** §2.1 HTTP-message = start-line CRLF *( field-line CRLF ) CRLF [ message-body ] */
function request(reader: Reader): GrammarRequest {
  const method = reader.many(isTchar);
  reader.expect(' ');
  const target = reader.many(isTarget);
  for (const character of ' HTTP/1.1\r\n') reader.expect(character);
  const fields: [string, string][] = [];
  while (reader.peek() !== '\r') fields.push(fieldLine(reader));
  reader.crlf();
  const hosts = fields.filter(([name]) => name === 'host');
  // §3.2: exactly one, and a valid one.
  if (hosts.length !== 1 || !isHost(hosts[0]?.[1] ?? '')) throw new Stop('invalid');
  return { method, target, fields, body: messageBody(reader, fields) };
}

/** §5 field-line = field-name ":" OWS field-value OWS */
function fieldLine(reader: Reader): [string, string] {
  const name = reader.many(isTchar);
  reader.expect(':');
  let value = '';
  while (reader.peek() !== '\r') {
    const character = reader.next();
    if (!isFieldCharacter(character)) throw new Stop('invalid');
    value += character;
  }
  reader.crlf();
  let start = 0;
  let end = value.length;
  while (start < end && isOws(value.charAt(start))) start += 1;
  while (end > start && isOws(value.charAt(end - 1))) end -= 1;
  return [name.toLowerCase(), value.slice(start, end)];
}

/** §6.3: chunked alone, or one Content-Length, or nothing. */
function messageBody(reader: Reader, fields: readonly (readonly [string, string])[]): string {
  const codings = fields.filter(([name]) => name === 'transfer-encoding');
  const lengths = fields.filter(([name]) => name === 'content-length');
  if (codings.length + lengths.length > 1) throw new Stop('invalid');
  const [coding] = codings;
  if (coding !== undefined) {
    if (coding[1].toLowerCase() !== 'chunked') throw new Stop('invalid');
    return chunkedBody(reader);
  }
  const [length] = lengths;
  if (length === undefined) return '';
  if (length[1] === '' || [...length[1]].some((digit) => !isDigit(digit))) throw new Stop('invalid');
  return reader.take(Number(length[1]));
}

/** §7.1, without extensions. Trailer fields are read and dropped. */
function chunkedBody(reader: Reader): string {
  let body = '';
  for (;;) {
    const size = Number.parseInt(reader.many(isHexDigit), 16);
    reader.crlf();
    if (size === 0) break;
    body += reader.take(size);
    reader.crlf();
  }
  while (reader.peek() !== '\r') fieldLine(reader);
  reader.crlf();
  return body;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get at(): number {
    return this.#at;
  }

  get atEnd(): boolean {
    return this.#at === this.#text.length;
  }

  peek(): string {
    if (this.atEnd) throw new Stop('partial');
    return this.#text.charAt(this.#at);
  }

  next(): string {
    const character = this.peek();
    this.#at += 1;
    return character;
  }

  expect(character: string): void {
    if (this.next() !== character) throw new Stop('invalid');
  }

  crlf(): void {
    this.expect('\r');
    this.expect('\n');
  }

  /** One or more characters of a kind. */
  many(kind: (character: string) => boolean): string {
    let found = '';
    while (kind(this.peek())) found += this.next();
    if (found === '') throw new Stop('invalid');
    return found;
  }

  take(count: number): string {
    if (this.#text.length - this.#at < count) throw new Stop('partial');
    this.#at += count;
    return this.#text.slice(this.#at - count, this.#at);
  }

  /** §2.2: empty lines before a request are ignored. */
  emptyLines(): void {
    while (this.#text.charAt(this.#at) === '\r' && this.#text.charAt(this.#at + 1) === '\n') this.#at += 2;
  }
}

const isDigit = (character: string): boolean => character >= '0' && character <= '9';
const isLetter = (character: string): boolean => /[a-z]/i.test(character) && character.length === 1;
const isHexDigit = (character: string): boolean => isDigit(character) || 'abcdefABCDEF'.includes(character);
const isTchar = (character: string): boolean =>
  isDigit(character) || isLetter(character) || "!#$%&'*+-.^_`|~".includes(character);
const isOws = (character: string): boolean => character === ' ' || character === '\t';
const isTarget = (character: string): boolean => character > ' ' && character < '\x7f' && character !== '#';
const isFieldCharacter = (character: string): boolean =>
  character === '\t' || (character >= ' ' && character < '\x7f') || (character >= '\x80' && character <= '\xff');

/** RFC 3986 §3.2.2 host, not empty, and an optional port. */
function isHost(value: string): boolean {
  const literal = value.startsWith('[') ? value.indexOf(']') : -1;
  if (value.startsWith('[') && literal < 2) return false;
  const colon = value.indexOf(':', literal + 1);
  const host = colon === -1 ? value : value.slice(0, colon);
  const port = colon === -1 ? '' : value.slice(colon + 1);
  if (host === '' || ![...port].every(isDigit)) return false;
  if (literal !== -1)
    return host.length === literal + 1 && [...host.slice(1, -1)].every((one) => isHexDigit(one) || one === ':' || one === '.');
  for (let at = 0; at < host.length; at += 1) {
    const character = host.charAt(at);
    if (character === '%') {
      if (!isHexDigit(host.charAt(at + 1)) || !isHexDigit(host.charAt(at + 2))) return false;
      at += 2;
    } else if (!isDigit(character) && !isLetter(character) && !"-._~!$&'()*+,;=".includes(character)) {
      return false;
    }
  }
  return true;
}
