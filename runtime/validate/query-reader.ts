import type { ParameterOptions } from './options.ts';
import { decodeForm } from './styles.ts';

/** What a query holds for each declared parameter; the arrays are used again for the next request. */
export interface QueryValues {
  /** By position of the parameter: its text, its texts when repeated, or names and values of an object written as parameters. */
  readonly raw: (string | string[] | undefined)[];
  /** Pairs that belong to no parameter, as they arrived. */
  readonly unknown: string[];
  /** The pairs that do belong, as they arrived; kept only where unknown ones are stripped. */
  readonly known: string[];
}

/** Finds the declared parameters in a query. Made once per route. */
export type QueryReader = (query: string) => QueryValues;

/** A query parameter and its position among all parameters of the policy. */
export interface QueryParameter {
  readonly options: ParameterOptions;
  readonly position: number;
}

/**
 * Prepares the reading of a query: one pass, names compared in place, nothing decoded but names that are encoded.
 *
 * Objects of style form with explode own the names of their properties; deepObject owns `name[…]`. One object without declared properties
 * may take every name that nobody else owns.
 */
export function prepareQuery(
  parameters: readonly QueryParameter[],
  knownNames: readonly string[],
  keepsKnown: boolean,
): QueryReader {
  const values: QueryValues = { raw: [], unknown: [], known: [] };
  const plain: { readonly name: string; readonly position: number }[] = [];
  const deep: { readonly prefix: string; readonly position: number }[] = [];
  const properties: { readonly name: string; readonly position: number }[] = [];
  let rest = -1;
  for (const { options, position } of parameters) {
    const { object } = options.coercion ?? {};
    if (options.style === 'deepObject') deep.push({ prefix: `${options.name}[`, position });
    else if (isSpread(options) && object !== undefined) {
      for (const [name] of object.properties) properties.push({ name, position });
      const takesAll = object.properties.length === 0 ? object.additional !== false : typeof object.additional === 'object';
      if (takesAll) rest = position;
      if (options.coercion?.array !== undefined || options.coercion?.scalars !== undefined)
        plain.push({ name: options.name, position });
    } else plain.push({ name: options.name, position });
  }

  const gather = (position: number, name: string, value: string): void => {
    const before = values.raw[position];
    if (Array.isArray(before)) before.push(name, value);
    else values.raw[position] = [name, value];
  };

  /** Whether a pair of this name, as written or decoded, belongs to a parameter; its value is kept if so. */
  const take = (name: string, value: string): boolean => {
    for (const { name: declared, position } of plain) {
      if (declared !== name) continue;
      const before = values.raw[position];
      if (before === undefined) values.raw[position] = value;
      else if (typeof before === 'string') values.raw[position] = [before, value];
      else before.push(value);
      return true;
    }
    for (const { prefix, position } of deep) {
      if (!name.startsWith(prefix) || !name.endsWith(']')) continue;
      gather(position, encodeURIComponent(name.slice(prefix.length, -1).toWellFormed()), value);
      return true;
    }
    for (const { name: declared, position } of properties) {
      if (declared !== name) continue;
      gather(position, encodeURIComponent(name.toWellFormed()), value);
      return true;
    }
    if (knownNames.includes(name)) return true;
    if (rest < 0) return false;
    gather(rest, encodeURIComponent(name.toWellFormed()), value);
    return true;
  };

  return (query) => {
    values.raw.fill(undefined);
    values.unknown.length = 0;
    values.known.length = 0;
    for (let start = 0; start < query.length; ) {
      let end = query.indexOf('&', start);
      if (end < 0) end = query.length;
      if (end > start) {
        const equals = query.indexOf('=', start);
        const nameEnd = equals < 0 || equals > end ? end : equals;
        const name = query.slice(start, nameEnd);
        const value = nameEnd === end ? '' : query.slice(nameEnd + 1, end);
        const decoded = ENCODED.test(name) ? decodeForm(name) : name;
        if (decoded !== undefined && take(decoded, value)) {
          if (keepsKnown) values.known.push(query.slice(start, end));
        } else values.unknown.push(query.slice(start, end));
      }
      start = end + 1;
    }
    return values;
  };
}

/** Whether the names of an object's properties stand in the query themselves. */
export function isSpread({ style, explode, coercion }: ParameterOptions): boolean {
  return style === 'form' && explode && coercion?.object !== undefined;
}

const ENCODED = /[%+]/;
