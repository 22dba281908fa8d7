/**
 * Shapes of what people write into `x-gateway` and gateway.yaml. One description gives the findings, the type of the value, and the JSON
 * Schema that editors complete from.
 */
import { nearest } from '../nearest.ts';
import { isFields } from '../resolve/walk.ts';
import type { Json } from './ir.ts';
import { parseDate, parseDuration, parseSize, patterns } from './units.ts';

/** Where inside the checked value something stands. */
export type Keys = readonly (string | number)[];

/** Told what does not fit. `part` is the key or the value at `keys`. */
export type ShapeReport = (keys: Keys, part: 'key' | 'value', message: string, hint?: string) => void;

export interface Shape<T> {
  /** JSON Schema 2020-12 of the authored form. */
  readonly schema: { readonly [keyword: string]: Json };
  /** Reports everything about `value` that does not fit. */
  check(value: unknown, keys: Keys, report: ShapeReport): void;
  /** Never there; carries the type of fitting values. */
  readonly type?: T;
}

export type TypeOf<S> = S extends Shape<infer T> ? T : never;

/** Whether a value fits. */
export function fits<T>(shape: Shape<T>, value: unknown): value is T {
  let fitting = true;
  shape.check(value, [], () => {
    fitting = false;
  });
  return fitting;
}

export interface TextOptions {
  readonly pattern?: RegExp;
  /** What a fitting text is, for the message: `a team id`. */
  readonly says?: string;
}

/** A text that is not empty. */
export function text({ pattern, says = 'a text' }: TextOptions = {}): Shape<string> {
  return {
    schema: { type: 'string', minLength: 1, ...(pattern === undefined ? {} : { pattern: pattern.source }) },
    check(value, keys, report) {
      if (typeof value !== 'string' || value === '' || pattern?.test(value) === false) wrong(value, keys, says, report);
    },
  };
}

/** One of a few words. */
export function oneOf<const T extends string>(...words: readonly T[]): Shape<T> {
  return {
    schema: { enum: words },
    check(value, keys, report) {
      if (words.some((word) => word === value)) return;
      const near = typeof value === 'string' ? nearest(value, words) : undefined;
      const hint = value === false && words.some((word) => word === 'none') ? 'In YAML `off` is false: write none.' : undefined;
      wrong(value, keys, words.join(' | '), report, near === undefined ? hint : `Did you mean '${near}'?`);
    },
  };
}

export const flag: Shape<boolean> = {
  schema: { type: 'boolean' },
  check(value, keys, report) {
    if (typeof value !== 'boolean') wrong(value, keys, 'true or false', report);
  },
};

/** A whole number within bounds, inclusive. */
export function count(minimum = 0, maximum = Number.MAX_SAFE_INTEGER): Shape<number> {
  return {
    schema: { type: 'integer', minimum, ...(maximum === Number.MAX_SAFE_INTEGER ? {} : { maximum }) },
    check(value, keys, report) {
      const bounds = maximum === Number.MAX_SAFE_INTEGER ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
      if (!Number.isSafeInteger(value) || Number(value) < minimum || Number(value) > maximum)
        wrong(value, keys, `a whole number ${bounds}`, report);
    },
  };
}

/** A duration with its unit, within bounds, inclusive. */
export function duration({ minimum = '1ms', maximum = '24d' }: Bounds = {}): Shape<string> {
  return quantity(parseDuration, patterns.duration, 'a duration with its unit, such as 250ms, 3s or 1m', minimum, maximum);
}

/** A size with its unit, within bounds, inclusive. */
export function size({ minimum = '0B', maximum = '1024GiB' }: Bounds = {}): Shape<string> {
  return quantity(parseSize, patterns.size, 'a size with its unit, such as 512B, 64KiB or 1MiB', minimum, maximum);
}

interface Bounds {
  readonly minimum?: string;
  readonly maximum?: string;
}

function quantity(
  parse: (text: string) => number | undefined,
  pattern: string,
  says: string,
  minimum: string,
  maximum: string,
): Shape<string> {
  const least = parse(minimum) ?? 0;
  const most = parse(maximum) ?? Number.MAX_SAFE_INTEGER;
  return {
    schema: { type: 'string', pattern },
    check(value, keys, report) {
      const parsed = typeof value === 'string' ? parse(value) : undefined;
      if (parsed === undefined) wrong(value, keys, says, report);
      else if (parsed < least) wrong(value, keys, `at least ${minimum}`, report);
      else if (parsed > most) wrong(value, keys, `at most ${maximum}`, report);
    },
  };
}

export const date: Shape<string> = {
  schema: { type: 'string', pattern: patterns.date },
  check(value, keys, report) {
    if (typeof value !== 'string' || parseDate(value) === undefined)
      wrong(value, keys, 'a date such as 2027-03-15, or a date-time with its zone', report);
  },
};

/** Whatever JSON can say. */
export const anything: Shape<Json> = {
  schema: {},
  check() {
    // Nothing is wrong.
  },
};

export function list<T>(of: Shape<T>, { minimum = 0 } = {}): Shape<readonly T[]> {
  return {
    schema: { type: 'array', items: of.schema, ...(minimum === 0 ? {} : { minItems: minimum }) },
    check(value, keys, report) {
      if (!Array.isArray(value)) return wrong(value, keys, 'a list', report);
      if (value.length < minimum) report(keys, 'value', `${named(keys)} must not be empty`);
      value.forEach((item, index) => {
        of.check(item, [...keys, index], report);
      });
    },
  };
}

/** An object whose keys are the author's own. */
export function map<T>(of: Shape<T>, { pattern, says = 'a name' }: TextOptions = {}): Shape<Readonly<Record<string, T>>> {
  const names = pattern === undefined ? {} : { propertyNames: { pattern: pattern.source } };
  return {
    schema: { type: 'object', additionalProperties: of.schema, ...names },
    check(value, keys, report) {
      if (!isFields(value)) return wrong(value, keys, 'an object', report);
      for (const [key, item] of Object.entries(value)) {
        if (pattern?.test(key) === false) report([...keys, key], 'key', `'${clip(key)}' must be ${says}`);
        of.check(item, [...keys, key], report);
      }
    },
  };
}

export interface ObjectOptions<K extends string> {
  /** Keys that must be there. */
  readonly required?: readonly K[];
  /** Exactly one of these keys must be there. */
  readonly exactlyOne?: readonly K[];
  /** Names of later versions. */
  readonly reserved?: readonly string[];
  /** Whether other keys may stand here as well, unchecked. */
  readonly open?: boolean;
}

type Fields = Readonly<Record<string, Shape<unknown>>>;
type FieldTypes<F extends Fields> = { readonly [K in keyof F]?: TypeOf<F[K]> };
type ObjectType<F extends Fields, R extends keyof F> = Omit<FieldTypes<F>, R> & { readonly [K in R]: TypeOf<F[K]> };

/** An object with these keys and no others. */
export function object<F extends Fields, const R extends keyof F & string = never>(
  fields: F,
  {
    required = [],
    exactlyOne = [],
    reserved = [],
    open = false,
  }: ObjectOptions<keyof F & string> & { readonly required?: readonly R[] } = {},
): Shape<ObjectType<F, R>> {
  return {
    schema: {
      type: 'object',
      properties: Object.fromEntries(Object.entries(fields).map(([key, { schema }]) => [key, schema])),
      ...(open ? {} : { additionalProperties: false }),
      ...(required.length === 0 ? {} : { required }),
      ...(exactlyOne.length === 0 ? {} : { oneOf: exactlyOne.map((key) => ({ required: [key] })) }),
    },
    check(value, keys, report) {
      if (!isFields(value)) return wrong(value, keys, 'an object', report);
      for (const [key, item] of Object.entries(value)) {
        const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
        if (field !== undefined) field.check(item, [...keys, key], report);
        else if (!open) unknownKey([...keys, key], Object.keys(fields), reserved, report);
      }
      for (const key of required) {
        if (!Object.hasOwn(value, key)) report(keys, 'key', `${named(keys)} needs '${key}'`);
      }
      const given = exactlyOne.filter((key) => Object.hasOwn(value, key));
      const [, second] = given;
      if (exactlyOne.length > 0 && given.length === 0) report(keys, 'key', `${named(keys)} needs ${or(exactlyOne)}`);
      if (second !== undefined) report([...keys, second], 'key', `${named(keys)} has either ${or(given)}, not both`);
    },
  };
}

/** One of two shapes, told apart by `when`. */
export function either<A, B>(
  first: { readonly when: (value: unknown) => boolean; readonly shape: Shape<A> },
  otherwise: Shape<B>,
): Shape<A | B> {
  return {
    schema: { anyOf: [first.shape.schema, otherwise.schema] },
    check: (value, keys, report) => (first.when(value) ? first.shape : otherwise).check(value, keys, report),
  };
}

/** The shape, or null. */
export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return {
    schema: { anyOf: [shape.schema, { type: 'null' }] },
    check(value, keys, report) {
      if (value !== null) shape.check(value, keys, report);
    },
  };
}

/** For `either`: whether a value is a text. */
export const isText = (value: unknown): boolean => typeof value === 'string';

/** A list, or one of what it holds. */
export function oneOrMany<T>(of: Shape<T>): Shape<T | readonly T[]> {
  return either({ when: Array.isArray, shape: list(of, { minimum: 1 }) }, of);
}

/** Says that a key is not known, or not yet. */
export function unknownKey(keys: Keys, known: readonly string[], reserved: readonly string[], report: ShapeReport): void {
  const key = String(keys.at(-1));
  if (reserved.includes(key)) {
    report(keys, 'key', `'${key}' is not yet supported`, 'Remove it: nothing would enforce it.');
    return;
  }
  const near = nearest(key, known) ?? nearest(key, reserved);
  const hint = near === undefined ? `Known here: ${known.join(', ')}.` : `Did you mean '${near}'?`;
  report(keys, 'key', `There is no '${clip(key)}' here`, hint);
}

function wrong(value: unknown, keys: Keys, says: string, report: ShapeReport, hint?: string): void {
  report(keys, 'value', `${named(keys)} must be ${says}, but is ${actual(value)}`, hint);
}

/** The innermost key that is a name. */
function named(keys: Keys): string {
  const name = keys.findLast((key) => typeof key === 'string');
  return name === undefined ? 'This' : `'${clip(String(name))}'`;
}

function or(keys: readonly string[]): string {
  return keys.map((key) => `'${key}'`).join(' or ');
}

function actual(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? `'${clip(value)}'` : String(value);
}

function clip(value: string): string {
  return value.length > 60 ? `${value.slice(0, 57)}...` : value;
}
