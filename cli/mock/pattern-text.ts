import { compilePattern } from '../plan/schema-pattern.ts';
import type { Random } from './random.ts';

/** Longer patterns and texts are given up on: documents are hostile input. */
const MAX_PATTERN = 2_000;
const MAX_TEXT = 4_000;
const MAX_DEPTH = 40;
const TRIES = 12;

/**
 * A text that a pattern matches, of a length within bounds; undefined when a few tries find none.
 *
 * Understands what patterns of documents are made of: literals, classes, groups, alternatives, repetition. What it does not understand
 * (look-around, back references) stands for nothing, and the result is checked against the pattern itself.
 */
export function patternText(pattern: string, minLength: number, maxLength: number, random: Random): string | undefined {
  if (pattern.length > MAX_PATTERN) return undefined;
  const expression = compilePattern(pattern);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const text = new Writer(pattern, random, attempt % 4 === 3 ? minLength : attempt % 4).write();
    if (text === undefined) continue;
    const length = [...text].length;
    if (length >= minLength && length <= maxLength && expression.test(text)) return text;
    // What is not anchored at its end may go on.
    const longer = text + 'a'.repeat(Math.min(MAX_TEXT, Math.max(0, minLength - length)));
    if (longer !== text && longer.length <= maxLength && expression.test(longer)) return longer;
  }
  return undefined;
}

/** Reads a pattern once and writes what it stands for. */
class Writer {
  readonly #source: string;
  readonly #random: Random;
  /** How often something is repeated beyond its least number. */
  readonly #extra: number;
  #at = 0;
  #length = 0;

  constructor(source: string, random: Random, extra: number) {
    this.#source = source;
    this.#random = random;
    this.#extra = extra;
  }

  write(): string | undefined {
    const text = this.#alternatives(0);
    return this.#length > MAX_TEXT || this.#at < this.#source.length ? undefined : text;
  }

  #alternatives(depth: number): string {
    const choices = [this.#sequence(depth)];
    while (this.#take('|')) choices.push(this.#sequence(depth));
    return choices[this.#random.next(choices.length)] ?? '';
  }

  #sequence(depth: number): string {
    let text = '';
    while (this.#at < this.#source.length && !'|)'.includes(this.#source.charAt(this.#at))) {
      const start = this.#at;
      const one = this.#atom(depth);
      const after = this.#at;
      const times = this.#repetition();
      text += one;
      for (let i = 1; i < times && this.#length <= MAX_TEXT; i++) text += this.#again(start, after, depth);
      if (times === 0) text = text.slice(0, text.length - one.length);
      this.#length += one.length;
      if (depth > MAX_DEPTH || this.#length > MAX_TEXT) {
        this.#length = MAX_TEXT + 1;
        this.#at = this.#source.length;
      }
    }
    return text;
  }

  /** The same part of the pattern once more, perhaps with other characters. */
  #again(start: number, end: number, depth: number): string {
    const after = this.#at;
    this.#at = start;
    const text = this.#atom(depth);
    this.#length += text.length + 1;
    this.#at = Math.max(after, end);
    return text;
  }

  #repetition(): number {
    const found = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/.exec(this.#source.slice(this.#at, this.#at + 30));
    if (found === null) return 1;
    this.#at += found[0].length;
    const [, sign, least, comma, most] = found;
    if (sign !== undefined) return sign === '+' ? 1 + this.#extra : sign === '?' ? Math.min(1, this.#extra) : this.#extra;
    const minimum = Number(least);
    if (comma === '') return minimum;
    return Math.min(minimum + this.#extra, most === '' ? Number.POSITIVE_INFINITY : Number(most));
  }

  #atom(depth: number): string {
    const character = this.#source.charAt(this.#at);
    this.#at += 1;
    if (character === '(') return this.#group(depth);
    if (character === '[') return this.#class();
    if (character === '\\') return this.#oneOf(this.#escape());
    if (character === '^' || character === '$') return '';
    return character === '.' ? this.#oneOf('abcde') : character;
  }

  #group(depth: number): string {
    const head = /^\?(?:[:=!]|<[=!]|<\w+>)/.exec(this.#source.slice(this.#at, this.#at + 80))?.[0] ?? '';
    this.#at += head.length;
    const text = this.#alternatives(depth + 1);
    this.#take(')');
    return /[=!]$/.test(head) ? '' : text;
  }

  /** One character of `[…]`. */
  #class(): string {
    const negated = this.#take('^');
    let members = '';
    while (this.#at < this.#source.length && this.#source.charAt(this.#at) !== ']') {
      const from = this.#member();
      const isRange = this.#source.charAt(this.#at) === '-' && this.#source.charAt(this.#at + 1) !== ']' && from.length === 1;
      if (!isRange) {
        members += from;
        continue;
      }
      this.#at += 1;
      members += range(from, this.#member());
    }
    this.#at += 1;
    return this.#oneOf(negated ? [...PLAIN].filter((one) => !members.includes(one)).join('') : members);
  }

  #member(): string {
    const character = this.#source.charAt(this.#at);
    this.#at += 1;
    return character === '\\' ? this.#escape() : character;
  }

  /** The characters that an escape stands for; the backslash was read. */
  #escape(): string {
    const rest = this.#source.slice(this.#at, this.#at + 12);
    const unit = /^(?:u\{([0-9A-Fa-f]+)\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2}))/.exec(rest);
    if (unit !== null) {
      this.#at += unit[0].length;
      return String.fromCodePoint(Math.min(0x10ffff, Number.parseInt(unit[1] ?? unit[2] ?? unit[3] ?? '61', 16)));
    }
    const property = /^[pP]\{([^}]*)\}/.exec(this.#source.slice(this.#at, this.#at + 60));
    if (property !== null) {
      this.#at += property[0].length;
      return /^N/.test(property[1] ?? '') ? DIGITS : /^Lu/.test(property[1] ?? '') ? LETTERS.toUpperCase() : LETTERS;
    }
    const letter = rest.charAt(0);
    this.#at += 1;
    return ESCAPES.get(letter) ?? letter;
  }

  #oneOf(characters: string): string {
    const all = [...characters];
    // Readable before exact: of a wide class, letters and digits.
    const readable = all.filter((one) => /[A-Za-z0-9]/.test(one));
    const from = readable.length > 0 ? readable : all;
    return from[this.#random.next(from.length)] ?? '';
  }

  #take(character: string): boolean {
    if (this.#source.charAt(this.#at) !== character) return false;
    this.#at += 1;
    return true;
  }
}

function range(from: string, to: string): string {
  const [first, last] = [from.codePointAt(0) ?? 0, to.codePointAt(0) ?? 0];
  const size = Math.min(200, Math.max(0, last - first + 1));
  return String.fromCodePoint(...Array.from({ length: size }, (_, i) => first + i));
}

const DIGITS = '0123456789';
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const PLAIN = `${LETTERS}${LETTERS.toUpperCase()}${DIGITS}-_ .,;:/!#%&()+<=>@~`;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['d', DIGITS],
  ['w', LETTERS + DIGITS],
  ['s', ' '],
  ['D', LETTERS],
  ['W', '-'],
  ['S', LETTERS],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['b', ''],
  ['B', ''],
  ['A', ''],
  ['Z', ''],
  ['z', ''],
]);
