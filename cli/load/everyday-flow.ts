import { plainValue, quotedText, Unusual } from './everyday-scalars.ts';
import type { Members } from './everyday-spans.ts';
import { maxDepth } from './parsed.ts';

const TAB = 0x09;
const NEWLINE = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/** Maps and lists in braces and brackets. Comments and keys without values are left to the library. */
export class FlowReader {
  readonly #text: string;
  readonly #members: Map<object, Members>;
  /** Column that every line must stand right of. */
  readonly #parent: number;
  #at = 0;

  constructor(text: string, members: Map<object, Members>, parent: number) {
    this.#text = text;
    this.#members = members;
    this.#parent = parent;
  }

  /** Offset behind what was read last. */
  get end(): number {
    return this.#at;
  }

  read(at: number, depth: number): unknown {
    this.#at = at;
    return this.#value(depth);
  }

  #value(depth: number): unknown {
    if (depth > maxDepth) throw new Unusual();
    const first = this.#text.charCodeAt(this.#at);
    if (first === OPENING_BRACKET) return this.#list(depth);
    if (first === OPENING_BRACE) return this.#map(depth);
    return this.#isQuote(first) ? this.#quoted() : plainValue(this.#plain());
  }

  #list(depth: number): unknown[] {
    const value: unknown[] = [];
    const at: number[] = [];
    this.#at++;
    this.#gap();
    while (this.#text.charCodeAt(this.#at) !== CLOSING_BRACKET) {
      const start = this.#at;
      const item = this.#value(depth + 1);
      value.push(this.#text.charCodeAt(this.#at) === COLON ? this.#pair(start, depth + 1) : item);
      at.push(start, this.#at);
      this.#separator(CLOSING_BRACKET);
    }
    this.#at++;
    this.#members.set(value, { keys: undefined, at });
    return value;
  }

  /** A map of one member that is an item of a list, without braces. */
  #pair(start: number, depth: number): Record<string, unknown> {
    this.#at = start;
    const value: Record<string, unknown> = {};
    const at: number[] = [];
    const key = this.#member(value, at, depth);
    this.#members.set(value, { keys: [key], at });
    return value;
  }

  #map(depth: number): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    const keys: string[] = [];
    const at: number[] = [];
    this.#at++;
    this.#gap();
    while (this.#text.charCodeAt(this.#at) !== CLOSING_BRACE) {
      keys.push(this.#member(value, at, depth));
      this.#separator(CLOSING_BRACE);
    }
    this.#at++;
    this.#members.set(value, { keys, at });
    return value;
  }

  /** Puts a pair into a map; gives its key. */
  #member(map: Record<string, unknown>, at: number[], depth: number): string {
    const start = this.#at;
    const key = this.#key();
    if (Object.hasOwn(map, key)) throw new Unusual();
    at.push(start, this.#at);
    this.#colon(this.#isQuote(this.#text.charCodeAt(start)));
    const valueStart = this.#at;
    map[key] = this.#value(depth + 1);
    at.push(valueStart, this.#at);
    return key;
  }

  #key(): string {
    const start = this.#at;
    const key = this.#isQuote(this.#text.charCodeAt(start)) ? this.#quoted() : this.#plain();
    const isLong = this.#text.slice(start, this.#at).includes('\n');
    if (key === '' || key === '<<' || key === '__proto__' || isLong || this.#at - start > 1_000) throw new Unusual();
    return key;
  }

  /** A space stands behind it, but for keys in quotes. */
  #colon(isQuoted: boolean): void {
    const isSpaced = this.#text.charCodeAt(this.#at + 1) === SPACE;
    if (this.#text.charCodeAt(this.#at) !== COLON || !(isQuoted || isSpaced)) throw new Unusual();
    this.#at++;
    this.#gap();
  }

  /** What stands between two members, or behind the last one: a comma may do that too. */
  #separator(closing: number): void {
    this.#gap();
    const code = this.#text.charCodeAt(this.#at);
    if (code === closing) return;
    if (code !== COMMA) throw new Unusual();
    this.#at++;
    this.#gap();
  }

  /** Past spaces and line ends. */
  #gap(): void {
    const text = this.#text;
    let lineStart = -1;
    for (;;) {
      const code = text.charCodeAt(this.#at);
      if (code === NEWLINE) lineStart = this.#at + 1;
      else if (code !== SPACE) break;
      this.#at++;
    }
    const code = text.charCodeAt(this.#at);
    if (code === TAB || (lineStart !== -1 && this.#at - lineStart <= this.#parent)) throw new Unusual();
  }

  #isQuote(code: number): boolean {
    return code === QUOTE || code === APOSTROPHE;
  }

  #quoted(): string {
    const { value, end } = quotedText(this.#text, this.#at, this.#parent);
    this.#at = end;
    return value;
  }

  /** A plain scalar, which ends at a comma, a bracket, or a colon with a space behind. */
  #plain(): string {
    let value = this.#plainLine();
    if (/^(?:[&*!%@`|>#"']|[-?:](?: |$))/.test(value)) throw new Unusual();
    for (;;) {
      const end = this.#at;
      this.#gap();
      const gap = this.#text.slice(end, this.#at);
      const breaks = gap.split('\n').length - 1;
      if (breaks === 0 || ',]}:'.includes(this.#text.charAt(this.#at))) {
        this.#at = end;
        return value;
      }
      value += (breaks === 1 ? ' ' : '\n'.repeat(breaks - 1)) + this.#plainLine();
    }
  }

  #plainLine(): string {
    const [source = ''] = /^[^\n,[\]{}]*/.exec(this.#text.slice(this.#at, this.#at + 1_000)) ?? [];
    const colon = source.search(/:(?: |$)/);
    const said = (colon === -1 ? source : source.slice(0, colon)).replace(/ +$/, '');
    const isOdd = source.length >= 1_000 || said === '' || /^#| #|\t|:$/.test(said);
    if (isOdd) throw new Unusual();
    this.#at += said.length;
    return said;
  }
}
