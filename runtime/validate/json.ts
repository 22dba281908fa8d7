/**
 * JSON of strangers (VA-4). One scan before anything else bounds depth and keys and refuses what parsers disagree about; then `JSON.parse`
 * decides on syntax. Linear, no recursion, nothing kept.
 */
import { type Failure, failure } from './failure.ts';

/** Deepest nesting of arrays and objects, inclusive. */
export const MAX_DEPTH = 64;
/** Most members of one object. */
export const MAX_KEYS = 10_000;

export type ParsedJson = { readonly value: unknown } | { readonly failure: Failure };

const TOO_DEEP = failure('depth', `is nested deeper than ${MAX_DEPTH} levels`);
const TOO_MANY = failure('keys', `has an object of more than ${MAX_KEYS} members`);
const TWICE = failure('duplicate', 'has an object with the same key twice');
const PROTOTYPE = failure('forbidden', 'has a key that could change the prototype of an object');
const MALFORMED = failure('syntax', 'is not valid JSON');
const NOT_UTF8 = failure('syntax', 'is not valid UTF-8');

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes as text; a failure when they are no UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | Failure {
  try {
    return decoder.decode(bytes);
  } catch {
    return NOT_UTF8;
  }
}

export function parseJson(text: string): ParsedJson {
  const refused = scan(text);
  if (refused !== undefined) return { failure: refused };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { failure: MALFORMED };
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** What a scan keeps of the objects that are open, outermost first. */
interface Level {
  isObject: boolean;
  /** Keys so far; a set once there are many. */
  keys: string[];
  seen: Set<string> | undefined;
  /** Whether this is the value of a key `constructor`. */
  ofConstructor: boolean;
  /** A string that comes now is a key. */
  expectsKey: boolean;
  lastKey: string;
}

/** Objects of so many keys are looked through one by one. */
const FEW_KEYS = 16;

function scan(text: string): Failure | undefined {
  const levels: Level[] = [];
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const level = depth === 0 ? undefined : levels[depth - 1];
    if (unit === QUOTE) {
      const end = closingQuote(text, at + 1);
      if (end < 0) return MALFORMED;
      if (level?.expectsKey === true) {
        const refused = addKey(level, text, at, end);
        if (refused !== undefined) return refused;
      }
      at = end;
    } else if (unit === 0x7b || unit === 0x5b) {
      if (depth === MAX_DEPTH) return TOO_DEEP;
      const ofConstructor = level?.isObject === true && level.lastKey === 'constructor';
      open(levels, depth, unit === 0x7b, ofConstructor);
      depth += 1;
    } else if (unit === 0x7d || unit === 0x5d) {
      if (depth === 0) return MALFORMED;
      depth -= 1;
    } else if (unit === 0x2c && level !== undefined) {
      level.expectsKey = level.isObject;
    }
  }
  return undefined;
}

/** Levels are used again for the next value of their depth. */
function open(levels: Level[], depth: number, isObject: boolean, ofConstructor: boolean): void {
  const level = levels[depth];
  if (level === undefined) {
    levels.push({ isObject, keys: [], seen: undefined, ofConstructor, expectsKey: isObject, lastKey: '' });
    return;
  }
  level.isObject = isObject;
  if (level.keys.length > 0) level.keys = [];
  level.seen = undefined;
  level.ofConstructor = ofConstructor;
  level.expectsKey = isObject;
  level.lastKey = '';
}

function addKey(level: Level, text: string, start: number, end: number): Failure | undefined {
  const key = keyOf(text, start, end);
  if (key === undefined) return MALFORMED;
  if (key === '__proto__' || (key === 'prototype' && level.ofConstructor)) return PROTOTYPE;
  const { keys } = level;
  if (level.seen === undefined ? keys.includes(key) : level.seen.has(key)) return TWICE;
  if (keys.length < FEW_KEYS) keys.push(key);
  else {
    level.seen ??= new Set(keys);
    level.seen.add(key);
    if (level.seen.size > MAX_KEYS) return TOO_MANY;
  }
  level.expectsKey = false;
  level.lastKey = key;
  return undefined;
}

/** The key without its escapes: a key written two ways is the same key. */
function keyOf(text: string, start: number, end: number): string | undefined {
  const written = text.slice(start + 1, end);
  if (!written.includes('\\')) return written;
  try {
    const key: unknown = JSON.parse(text.slice(start, end + 1));
    return typeof key === 'string' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Index of the quote that ends a string; -1 when none does. Every backslash is looked at once. */
function closingQuote(text: string, from: number): number {
  for (let at = from; ; ) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return -1;
    let backslashes = 0;
    while (quote - 1 - backslashes >= at && text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return quote;
    at = quote + 1;
  }
}
