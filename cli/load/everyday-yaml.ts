import { FlowReader } from './everyday-flow.ts';
import { closingOf, quotedText, scalarOf, Unusual } from './everyday-scalars.ts';
import { EverydaySpans, type Members } from './everyday-spans.ts';
import { type Content, maxDepth } from './parsed.ts';

/**
 * Reads the YAML that documents are written in: block maps and lists, flow ones, plain and quoted scalars, literal and folded texts, comments.
 * About a tenth of the time that the library takes with its two syntax trees (3.6 MB: 60 ms in place of 550). Everything else, and everything
 * that may be a mistake, is the library's: this one never says more than the library would, and never anything else.
 *
 * @returns undefined where the library is to be asked
 */
export function everydayYaml(text: string): Content | undefined {
  if (text.includes('\r')) return undefined;
  try {
    return new Reader(text).document();
  } catch (error) {
    if (error instanceof Unusual) return undefined;
    throw error;
  }
}

const TAB = 0x09;
const NEWLINE = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;
const HASH = 0x23;
const APOSTROPHE = 0x27;
const DASH = 0x2d;
const COLON = 0x3a;
const OPENING_BRACKET = 0x5b;
const OPENING_BRACE = 0x7b;
/** `[`, `{`, `|` and `>`: what they begin is no key. */
const OPENS_VALUE = new Set([OPENING_BRACKET, OPENING_BRACE, 0x7c, 0x3e]);
/** Longest key that YAML takes without a question mark, less what the library counts differently. */
const LONGEST_KEY = 1_000;
/** First characters of what is neither a plain scalar nor a key: anchors, tags, directives, and what means nothing. */
const NOT_PLAIN = new Set([...'&*!%@`|>[]{},#?\t"\''].map((one) => one.charCodeAt(0)));

class Reader {
  readonly #text: string;
  readonly #members = new Map<object, Members>();
  /** Offset of the next thing to read, and its column; the column is -1 at the end of the text. */
  #at = 0;
  #column = 0;
  /** The stretch of the last value. */
  #start = 0;
  #end = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Content {
    this.#line(0);
    if (this.#text.startsWith('---', this.#at) && this.#column === 0) this.#endOfLine(this.#at + 3);
    if (this.#column !== 0 || !this.#isKey()) throw new Unusual();
    const value = this.#map(0, 0);
    if (this.#at !== this.#text.length) throw new Unusual();
    const root = { start: this.#start, end: this.#end };
    const finder = new EverydaySpans(this.#members, value, root);
    return { value, spans: (places) => places.map((place) => finder.find(place)) };
  }

  /** Goes to the first line from an offset on, the beginning of a line, that says something. */
  #line(from: number): void {
    const text = this.#text;
    let start = from;
    while (start < text.length) {
      let at = start;
      while (text.charCodeAt(at) === SPACE) at++;
      const code = text.charCodeAt(at);
      if (at < text.length && code !== NEWLINE && code !== HASH) {
        this.#at = at;
        this.#column = at - start;
        return;
      }
      start = this.#lineEnd(at) + 1;
    }
    this.#at = text.length;
    this.#column = -1;
  }

  #lineEnd(at: number): number {
    const end = this.#text.indexOf('\n', at);
    return end === -1 ? this.#text.length : end;
  }

  /** Past spaces. */
  #past(at: number): number {
    let next = at;
    while (this.#text.charCodeAt(next) === SPACE) next++;
    return next;
  }

  /** Whether nothing but spaces and a comment stand from an offset on. */
  #isLineOver(at: number): boolean {
    const next = this.#past(at);
    const code = this.#text.charCodeAt(next);
    return next >= this.#text.length || code === NEWLINE || (code === HASH && next > at);
  }

  /** After a value that nothing may follow on its line. */
  #endOfLine(at: number): void {
    if (!this.#isLineOver(at)) throw new Unusual();
    this.#line(this.#lineEnd(at) + 1);
  }

  #isBreak(at: number): boolean {
    const code = this.#text.charCodeAt(at);
    return code === SPACE || code === NEWLINE || at >= this.#text.length;
  }

  #isItem(): boolean {
    return this.#text.charCodeAt(this.#at) === DASH && this.#isBreak(this.#at + 1);
  }

  #isKey(): boolean {
    return this.#keyEnd() !== -1;
  }

  /** Offset of the colon behind the key at the cursor; -1 when there is none. */
  #keyEnd(): number {
    const text = this.#text;
    const first = text.charCodeAt(this.#at);
    if (first === QUOTE || first === APOSTROPHE) {
      const end = this.#past(closingOf(text, this.#at) + 1);
      return text.charCodeAt(end) === COLON && this.#isBreak(end + 1) ? end : -1;
    }
    // Looking no further than the line: the next colon may be far away, and is looked for on every line.
    const line = text.slice(this.#at, this.#lineEnd(this.#at));
    for (let at = line.indexOf(':'); at !== -1; at = line.indexOf(':', at + 1)) {
      const colon = this.#at + at;
      if (text.charCodeAt(colon + 1) === TAB) throw new Unusual();
      if (this.#isBreak(colon + 1)) return colon;
    }
    return -1;
  }

  /** Reads a key; gives its text, and leaves its stretch. */
  #key(colon: number, column: number): string {
    const text = this.#text;
    const start = this.#at;
    const first = text.charCodeAt(start);
    let key: string;
    this.#start = start;
    this.#end = colon;
    if (first === QUOTE || first === APOSTROPHE) {
      const quoted = quotedText(text, start, column);
      key = quoted.value;
      this.#end = quoted.end;
      if (text.slice(start, quoted.end).includes('\n')) throw new Unusual();
    } else {
      key = text.slice(start, colon);
      const isOdd = NOT_PLAIN.has(first) || key.includes(' #') || key.includes('\t') || key.endsWith(' ') || key === '';
      if (isOdd || (first === DASH && this.#isBreak(start + 1))) throw new Unusual();
    }
    const isMarker = this.#column === 0 && (key.startsWith('---') || key.startsWith('...'));
    if (isMarker || colon - start > LONGEST_KEY || key === '<<' || key === '__proto__') throw new Unusual();
    return key;
  }

  /** The value at the cursor, which stands further right than `parent`. */
  #node(parent: number, depth: number): unknown {
    if (depth > maxDepth) throw new Unusual();
    if (this.#isItem()) return this.#list(this.#column, depth);
    const first = this.#text.charCodeAt(this.#at);
    if (!OPENS_VALUE.has(first) && this.#isKey()) return this.#map(this.#column, depth);
    return this.#inline(this.#at, parent, depth);
  }

  #map(column: number, depth: number): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    const keys: string[] = [];
    const at: number[] = [];
    const start = this.#at;
    while (this.#column === column) {
      const colon = this.#keyEnd();
      if (colon === -1) break;
      const key = this.#key(colon, column);
      if (Object.hasOwn(value, key)) throw new Unusual();
      at.push(this.#start, this.#end);
      value[key] = this.#member(colon + 1, column, depth, true);
      keys.push(key);
      at.push(this.#start, this.#end);
    }
    if (this.#column >= column) throw new Unusual();
    this.#members.set(value, { keys, at });
    this.#start = start;
    return value;
  }

  #list(column: number, depth: number): unknown[] {
    const value: unknown[] = [];
    const at: number[] = [];
    const start = this.#at;
    while (this.#column === column && this.#isItem()) {
      value.push(this.#member(this.#at + 1, column, depth, false));
      at.push(this.#start, this.#end);
    }
    if (this.#column > column) throw new Unusual();
    this.#members.set(value, { keys: undefined, at });
    this.#start = start;
    return value;
  }

  /** What stands behind a colon or a dash. */
  #member(from: number, column: number, depth: number, isMap: boolean): unknown {
    const at = this.#past(from);
    if (!this.#isLineOver(from)) {
      if (isMap) return this.#inline(at, column, depth + 1);
      this.#column += at - this.#at;
      this.#at = at;
      return this.#node(column, depth + 1);
    }
    this.#line(this.#lineEnd(from) + 1);
    if (this.#column > column) {
      // The library takes a scalar behind a comment further left for more than it is.
      if (this.#text.slice(from, this.#at).includes('#') && !this.#isItem() && !this.#isKey()) throw new Unusual();
      return this.#node(column, depth + 1);
    }
    if (isMap && this.#column === column && this.#isItem()) return this.#list(column, depth + 1);
    this.#start = at;
    this.#end = at;
    return null;
  }

  /** A scalar or flow collection. */
  #inline(at: number, parent: number, depth: number): unknown {
    const first = this.#text.charCodeAt(at);
    this.#start = at;
    if (first === OPENING_BRACKET || first === OPENING_BRACE) {
      const flow = new FlowReader(this.#text, this.#members, parent);
      const value = flow.read(at, depth);
      this.#end = flow.end;
      this.#endOfLine(flow.end);
      return value;
    }
    const { value, end, next } = scalarOf(this.#text, at, parent);
    this.#end = end;
    if (next === undefined) this.#endOfLine(end);
    else this.#line(next);
    return value;
  }
}
