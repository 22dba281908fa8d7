import { codePoints } from './checks.ts';
import { isInteger, isNumber } from './coerce.ts';
import { type Failure, schemaFailure } from './failure.ts';
import type { SimpleCheck } from './options.ts';

/** Says what is wrong with a decoded text; made once per parameter. */
export type TextCheck = (text: string) => Failure | undefined;

/** Prepares the check of a simple schema. Every failure is an object made here, so a refusal costs as little as a pass. */
export function prepareSimple(check: SimpleCheck): TextCheck {
  const allowed = check.enum === undefined ? undefined : new Set(check.enum);
  const notAllowed = fail('enum', {});
  const inRange = check.type === 'string' ? lengthCheck(check) : rangeCheck(check);
  const wrongType = fail('type', { type: check.type });
  const isOfType = TYPE_TESTS[check.type];
  return (text) => {
    if (!isOfType(text)) return wrongType;
    if (allowed !== undefined && !allowed.has(typedText(text, check.type))) return notAllowed;
    return inRange(text);
  };
}

const TYPE_TESTS: Readonly<Record<SimpleCheck['type'], (text: string) => boolean>> = {
  string: () => true,
  integer: isInteger,
  number: isNumber,
  boolean: (text) => text === 'true' || text === 'false',
};

function typedText(text: string, type: SimpleCheck['type']): string | number | boolean {
  if (type === 'string') return text;
  return type === 'boolean' ? text === 'true' : Number(text);
}

function fail(keyword: string, params: Readonly<Record<string, unknown>>): Failure {
  return schemaFailure([{ instancePath: '', keyword, params }]);
}

function lengthCheck({ minLength = 0, maxLength = Number.POSITIVE_INFINITY }: SimpleCheck): TextCheck {
  const tooShort = fail('minLength', { limit: minLength });
  const tooLong = fail('maxLength', { limit: maxLength });
  return (text) => {
    if (text.length < minLength) return tooShort;
    if (text.length <= maxLength && text.length >= 2 * minLength) return undefined;
    const length = codePoints(text);
    if (length < minLength) return tooShort;
    return length > maxLength ? tooLong : undefined;
  };
}

type Bound = readonly [limit: number, isBeyond: (value: number | bigint) => boolean, failure: Failure];

/** Integers beyond 2^53 are compared as they are written, not as the double next to them. */
function rangeCheck(check: SimpleCheck): TextCheck {
  const bounds: Bound[] = [];
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = check;
  if (minimum !== undefined) bounds.push([minimum, (value) => value < minimum, fail('minimum', { limit: minimum })]);
  if (maximum !== undefined) bounds.push([maximum, (value) => value > maximum, fail('maximum', { limit: maximum })]);
  if (exclusiveMinimum !== undefined) {
    bounds.push([exclusiveMinimum, (value) => value <= exclusiveMinimum, fail('exclusiveMinimum', { limit: exclusiveMinimum })]);
  }
  if (exclusiveMaximum !== undefined) {
    bounds.push([exclusiveMaximum, (value) => value >= exclusiveMaximum, fail('exclusiveMaximum', { limit: exclusiveMaximum })]);
  }
  const bits = check.format === undefined ? undefined : FORMATS[check.format];
  const wrongFormat = fail('format', { format: check.format });
  return (text) => {
    const value = check.type === 'integer' && text.length > SAFE_DIGITS ? exactly(text) : Number(text);
    if (value === undefined) return bounds[0]?.[2] ?? wrongFormat;
    if (bits !== undefined && (value < -bits || value >= bits)) return wrongFormat;
    for (const [, isBeyond, failure] of bounds) if (isBeyond(value)) return failure;
    return undefined;
  };
}

const FORMATS = { int32: 2n ** 31n, int64: 2n ** 63n } as const;

/** Integers of so many digits are exact as doubles. */
const SAFE_DIGITS = 15;
/** Longer ones are not worth the arithmetic. */
const MAX_DIGITS = 400;

function exactly(text: string): bigint | undefined {
  return text.length > MAX_DIGITS ? undefined : BigInt(text);
}
