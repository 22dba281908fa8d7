import { type ParseErrorCode, printParseErrorCode, visit } from 'jsonc-parser';
import type { Place } from '../diagnostics.ts';
import { type Content, maxDepth, type Parsed, type Span, type SyntaxMistake, tooDeep } from './parsed.ts';
import { tokensOf } from './pointer.ts';

const strict = { disallowComments: true, allowTrailingComma: false };

/**
 * Reads JSON: the value by JSON.parse, positions by one scan when they are asked for. Keys that occur twice are found by counting
 * first (30 ms for 13 MB), so that the scan for their place is paid only when there are some.
 */
export function parseJson(text: string): Parsed {
  const outline = outlineOf(text);
  if (outline.tooDeepAt !== undefined) {
    const start = outline.tooDeepAt;
    return { content: undefined, mistakes: [{ start, end: start + 1, message: tooDeep }] };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { content: undefined, mistakes: [syntaxMistake(text, String(error))] };
  }
  const content: Content = { value, spans: (places) => findSpans(text, places) };
  return { content, mistakes: countKeys(value) === outline.keys ? [] : duplicateKeys(text) };
}

interface Outline {
  /** Keys written, duplicates included. */
  readonly keys: number;
  readonly tooDeepAt: number | undefined;
}

/** Counts keys and levels by hopping over strings. Says nothing sensible about text that is no JSON, and is not asked then. */
function outlineOf(text: string): Outline {
  let keys = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      at = stringEnd(text, at);
      let after = at + 1;
      while (isBlank(text.charCodeAt(after))) after++;
      if (text.charCodeAt(after) === 0x3a) keys++;
    } else if (code === 0x7b || code === 0x5b) {
      depth++;
      if (depth > maxDepth) return { keys, tooDeepAt: at };
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return { keys, tooDeepAt: undefined };
}

/** Offset of the quote that closes the string opened at `start`; the end of the text when none does. */
function stringEnd(text: string, start: number): number {
  let at = text.indexOf('"', start + 1);
  while (at !== -1) {
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return at;
    at = text.indexOf('"', at + 1);
  }
  return text.length;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) for (const item of value) count += countKeys(item);
  else
    for (const item of Object.values(value)) {
      count += 1 + countKeys(item);
    }
  return count;
}

function syntaxMistake(text: string, reported: string): SyntaxMistake {
  const found: SyntaxMistake[] = [];
  const onError = (code: ParseErrorCode, offset: number, length: number) => {
    if (found.length === 0) found.push({ start: offset, end: offset + length, message: sentence(printParseErrorCode(code)) });
  };
  visit(text, { onError }, strict);
  const [first] = found;
  if (first !== undefined) return first;
  const position = Number(/position (\d+)/.exec(reported)?.[1] ?? 0);
  return { start: position, end: position + 1, message: 'This is not JSON' };
}

function sentence(code: string): string {
  const words = code.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
  const expected = /^(.*) expected$/.exec(words)?.[1];
  return `JSON syntax: ${expected === undefined ? words : `${expected} expected here`}`;
}

function duplicateKeys(text: string): readonly SyntaxMistake[] {
  const mistakes: SyntaxMistake[] = [];
  const open: Set<string>[] = [];
  visit(text, {
    onObjectBegin: () => {
      open.push(new Set());
    },
    onObjectEnd: () => {
      open.pop();
    },
    onObjectProperty: (key, start, length) => {
      const keys = open.at(-1);
      if (keys?.has(key) === true) mistakes.push(duplicateKey(key, start, start + length));
      keys?.add(key);
    },
  });
  return mistakes;
}

/** The same mistake in JSON and YAML. */
export function duplicateKey(key: string, start: number, end: number): SyntaxMistake {
  return {
    start,
    end,
    message: `The key '${key}' is written twice in this object`,
    hint: 'Keep one of the two; tools disagree on which one counts.',
  };
}

/** A wanted pointer as a tree, filled with what the scan finds. */
interface Wanted {
  readonly children: Map<string, Wanted>;
  key: Span | undefined;
  value: Span | undefined;
}

function findSpans(text: string, places: readonly Pick<Place, 'pointer' | 'part'>[]): readonly Span[] {
  const root: Wanted = { children: new Map(), key: undefined, value: undefined };
  for (const { pointer } of places) {
    let at = root;
    for (const token of tokensOf(pointer)) {
      const next: Wanted = at.children.get(token) ?? { children: new Map(), key: undefined, value: undefined };
      at.children.set(token, next);
      at = next;
    }
  }
  scan(text, root);
  return places.map((place) => spanOf(root, place));
}

function spanOf(root: Wanted, { pointer, part }: Pick<Place, 'pointer' | 'part'>): Span {
  let at = root;
  let missing = false;
  for (const token of tokensOf(pointer)) {
    const next = at.children.get(token);
    if (next?.value === undefined) {
      missing = true;
      break;
    }
    at = next;
  }
  const value = at.value ?? { start: 0, end: 0 };
  return part === 'key' || missing ? (at.key ?? { start: value.start, end: value.start + 1 }) : value;
}

/** Finds what is wanted in text that JSON.parse has taken: what nobody asks for is hopped over. */
function scan(text: string, root: Wanted): void {
  new Scanner(text).value(root, skipBlank(text, 0));
}

class Scanner {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** @returns where the value that begins at `start` ends */
  value(wanted: Wanted | undefined, start: number): number {
    const code = this.#text.charCodeAt(start);
    const isInside = wanted !== undefined && wanted.children.size > 0;
    let end: number;
    if (code === 0x7b) end = isInside ? this.#object(wanted, start) : containerEnd(this.#text, start);
    else if (code === 0x5b) end = isInside ? this.#array(wanted, start) : containerEnd(this.#text, start);
    else end = code === 0x22 ? stringEnd(this.#text, start) + 1 : literalEnd(this.#text, start);
    if (wanted !== undefined) wanted.value = { start, end };
    return end;
  }

  #object(wanted: Wanted, start: number): number {
    const text = this.#text;
    let at = skipBlank(text, start + 1);
    while (text.charCodeAt(at) === 0x22) {
      const keyEnd = stringEnd(text, at) + 1;
      const member = wanted.children.get(keyAt(text, at, keyEnd));
      if (member !== undefined) member.key = { start: at, end: keyEnd };
      const colon = skipBlank(text, keyEnd);
      at = afterComma(text, this.value(member, skipBlank(text, colon + 1)));
    }
    return at + 1;
  }

  #array(wanted: Wanted, start: number): number {
    const text = this.#text;
    let at = skipBlank(text, start + 1);
    for (let index = 0; at < text.length && text.charCodeAt(at) !== 0x5d; index++) {
      at = afterComma(text, this.value(wanted.children.get(String(index)), at));
    }
    return at + 1;
  }
}

function keyAt(text: string, start: number, end: number): string {
  const key = text.slice(start + 1, end - 1);
  return key.includes('\\') ? String(JSON.parse(text.slice(start, end))) : key;
}

function skipBlank(text: string, start: number): number {
  let at = start;
  while (isBlank(text.charCodeAt(at))) at++;
  return at;
}

/** Where the next member begins, or the bracket that closes. */
function afterComma(text: string, end: number): number {
  const at = skipBlank(text, end);
  return text.charCodeAt(at) === 0x2c ? skipBlank(text, at + 1) : at;
}

function containerEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) at = stringEnd(text, at);
    else if (code === 0x7b || code === 0x5b) depth++;
    else if ((code === 0x7d || code === 0x5d) && --depth === 0) return at + 1;
  }
  return text.length;
}

/** A number, `true`, `false` or `null`. */
function literalEnd(text: string, start: number): number {
  let at = start;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x2c || code === 0x7d || code === 0x5d || isBlank(code)) break;
  }
  return at;
}
