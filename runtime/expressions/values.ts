/**
 * What compiled expressions compute with. Total: nothing throws. An error (a member that is not there, a type that does not fit) is
 * `undefined` and spreads as CEL says, so that whatever is not plainly true is a refusal.
 *
 * @see https://github.com/google/cel-spec/blob/master/doc/langdef.md
 */
import { addressRange, addressWords, contains as holds } from '../address-range.ts';

export type Value = unknown;
export type Flag = boolean | undefined;

/** A member of a map. */
export function member(of: Value, key: string): Value {
  return isMap(of) && Object.hasOwn(of, key) ? Reflect.get(of, key) : undefined;
}

/** An element of a list by its index, or of a map by its key. */
export function element(of: Value, key: Value): Value {
  if (Array.isArray(of)) return typeof key === 'number' && Number.isInteger(key) && key >= 0 ? of[key] : undefined;
  return typeof key === 'string' ? member(of, key) : undefined;
}

/** Whether a map has a member. */
export function has(of: Value, key: Value): Flag {
  return isMap(of) && typeof key === 'string' ? Object.hasOwn(of, key) : undefined;
}

/** Values of different types are different; a number is never a text. */
export function equal(a: Value, b: Value): Flag {
  return a === undefined || b === undefined ? undefined : isSame(a, b, 0);
}

export function notEqual(a: Value, b: Value): Flag {
  return not(equal(a, b));
}

/** Values deeper than this are not compared: they are different. */
const DEEPEST = 32;

function isSame(a: Value, b: Value, depth: number): boolean {
  if (a === b) return true;
  if (depth === DEEPEST) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((one, index) => isSame(one, b[index], depth + 1));
  }
  if (!isMap(a) || !isMap(b) || Array.isArray(b)) return false;
  const keys = Object.keys(a);
  const isIn = (key: string): boolean => Object.hasOwn(b, key) && isSame(Reflect.get(a, key), Reflect.get(b, key), depth + 1);
  return keys.length === Object.keys(b).length && keys.every(isIn);
}

/** Numbers by size, texts by code points; anything else has no order. */
export function less(a: Value, b: Value): Flag {
  const order = compare(a, b);
  return order === undefined ? undefined : order < 0;
}

export function lessOrEqual(a: Value, b: Value): Flag {
  const order = compare(a, b);
  return order === undefined ? undefined : order <= 0;
}

function compare(a: Value, b: Value): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    if (a < b) return -1;
    return a > b ? 1 : a === b ? 0 : undefined;
  }
  return typeof a === 'string' && typeof b === 'string' ? compareText(a, b) : undefined;
}

/** UTF-16 orders surrogates before U+E000 to U+FFFF; code points do not. */
function compareText(a: string, b: string): number {
  for (let index = 0; index < a.length && index < b.length; ) {
    const [one, other] = [a.codePointAt(index) ?? 0, b.codePointAt(index) ?? 0];
    if (one !== other) return one - other;
    index += one > 0xffff ? 2 : 1;
  }
  return a.length - b.length;
}

export function not(a: Value): Flag {
  return typeof a === 'boolean' ? !a : undefined;
}

/** False when one is, whatever the other is. */
export function and(a: Value, b: Value): Flag {
  if (a === false || b === false) return false;
  return a === true && b === true ? true : undefined;
}

/** True when one is, whatever the other is. */
export function or(a: Value, b: Value): Flag {
  if (a === true || b === true) return true;
  return a === false && b === false ? false : undefined;
}

export function choose(condition: Value, yes: Value, no: Value): Value {
  if (typeof condition !== 'boolean') return undefined;
  return condition ? yes : no;
}

/** Whether a list has an element, or a map a key. */
export function isIn(value: Value, of: Value): Flag {
  if (value === undefined) return undefined;
  if (Array.isArray(of)) return of.some((one) => isSame(one, value, 0));
  return isMap(of) ? typeof value === 'string' && Object.hasOwn(of, value) : undefined;
}

/** Whether a list, or a single value, has one of these. */
export function hasAny(of: Value, wanted: Value): Flag {
  const [have, want] = [listOf(of), listOf(wanted)];
  return have === undefined || want === undefined ? undefined : want.some((one) => isIn(one, have) === true);
}

/** Whether a list, or a single value, has all of these. */
export function hasAll(of: Value, wanted: Value): Flag {
  const [have, want] = [listOf(of), listOf(wanted)];
  return have === undefined || want === undefined ? undefined : want.every((one) => isIn(one, have) === true);
}

function listOf(value: Value): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  return typeof value === 'string' || typeof value === 'number' ? [value] : undefined;
}

/** Code points of a text, elements of a list, members of a map. */
export function size(of: Value): Value {
  if (typeof of === 'string') return [...of].length;
  if (Array.isArray(of)) return of.length;
  return isMap(of) ? Object.keys(of).length : undefined;
}

export function startsWith(text: Value, part: Value): Flag {
  return typeof text === 'string' && typeof part === 'string' ? text.startsWith(part) : undefined;
}

export function endsWith(text: Value, part: Value): Flag {
  return typeof text === 'string' && typeof part === 'string' ? text.endsWith(part) : undefined;
}

export function contains(text: Value, part: Value): Flag {
  return typeof text === 'string' && typeof part === 'string' ? text.includes(part) : undefined;
}

/** ASCII letters only: no language has a say in who may call. */
export function lower(text: Value): Value {
  return typeof text === 'string' ? text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : undefined;
}

export function toText(value: Value): Value {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

export function toNumber(value: Value): Value {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(value) ? Number(value) : undefined;
}

/** Whether an address lies in a CIDR range, which was checked at build. */
export function isInRange(address: Value, range: Value): Flag {
  if (typeof address !== 'string' || typeof range !== 'string') return undefined;
  return holds(addressRange(range), addressWords(address));
}

/** True when the test is for one element. */
export function exists(of: Value, test: (element: Value) => Value): Flag {
  if (!Array.isArray(of)) return undefined;
  return of.reduce<Flag>((found, one) => or(found, test(one)), false);
}

/** False when the test is for one element. */
export function all(of: Value, test: (element: Value) => Value): Flag {
  if (!Array.isArray(of)) return undefined;
  return of.reduce<Flag>((found, one) => and(found, test(one)), true);
}

function isMap(value: Value): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
