/** Texts as values, by what the schema declares and with strict grammars (VA-3). Nothing is guessed: `1e3`, ` 1`, `+1` are no integers. */
import type { ArrayCoercion, Coercion, ObjectCoercion, ScalarType } from './options.ts';

/** No value: the text is not of the declared type. */
export const MISMATCH = Symbol('mismatch');

const INTEGER = /^-?(?:0|[1-9]\d*)$/;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

export function isInteger(text: string): boolean {
  return INTEGER.test(text);
}

export function isNumber(text: string): boolean {
  return NUMBER.test(text) && Number.isFinite(Number(text));
}

/** A decoded text as the first of the types that it can be; text only where nothing else fits. */
export function scalarOf(text: string, types: readonly ScalarType[]): unknown {
  if (types.includes('integer') && isInteger(text)) return Number(text);
  if (types.includes('number') && isNumber(text)) return Number(text);
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  if (types.includes('null') && text === 'null') return null;
  return types.includes('string') ? text : MISMATCH;
}

/** The types a value can still have when the first choice did not please the schema: text, where that is declared. */
export function asText(coercion: Coercion): Coercion {
  return coercion.scalars?.includes('string') === true ? { ...coercion, scalars: ['string'] } : coercion;
}

/** A text inside of an array or an object: it has no more structure of its own. */
function nested(text: string, coercion: Coercion | undefined): unknown {
  if (coercion === undefined) return text;
  if (coercion.scalars !== undefined) return scalarOf(text, coercion.scalars);
  return coercion.array === undefined ? MISMATCH : arrayOf([text], coercion.array);
}

/** Decoded items as an array; `MISMATCH` when one is not of its type. */
export function arrayOf(items: readonly string[], { prefix, items: rest }: ArrayCoercion): unknown {
  const values: unknown[] = [];
  for (let i = 0; i < items.length; i++) {
    const value = nested(items[i] ?? '', prefix?.[i] ?? rest);
    if (value === MISMATCH) return MISMATCH;
    values.push(value);
  }
  return values;
}

/**
 * Decoded names and values, alternating, as an object without prototype. A name that occurs twice is an array where one is declared.
 */
export function objectOf(pairs: readonly string[], { properties, additional }: ObjectCoercion): unknown {
  const texts = new Map<string, string | string[]>();
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const name = pairs[i] ?? '';
    const text = pairs[i + 1] ?? '';
    const before = texts.get(name);
    texts.set(name, before === undefined ? text : typeof before === 'string' ? [before, text] : [...before, text]);
  }
  const object: Record<string, unknown> = Object.create(null);
  for (const [name, text] of texts) {
    const declared = properties.find(([property]) => property === name)?.[1];
    const coercion = declared ?? (additional === false ? undefined : additional);
    const value = typeof text === 'string' ? nested(text, coercion) : repeated(text, coercion);
    if (value === MISMATCH) return MISMATCH;
    object[name] = value;
  }
  return object;
}

function repeated(texts: readonly string[], coercion: Coercion | undefined): unknown {
  return coercion?.array === undefined ? MISMATCH : arrayOf(texts, coercion.array);
}
