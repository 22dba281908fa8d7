import { isFields } from '../../resolve/walk.ts';
import type { SchemaNode } from './schema-node.ts';

/** Types that do not overlap: an integer is a number without a fraction. */
export type Atom = 'boolean' | 'integer' | 'fraction' | 'string' | 'array' | 'object' | 'null';

/** Undefined = every type. */
export type Types = ReadonlySet<Atom> | undefined;

const atoms: Readonly<Record<string, readonly Atom[]>> = {
  boolean: ['boolean'],
  integer: ['integer'],
  number: ['integer', 'fraction'],
  string: ['string'],
  array: ['array'],
  object: ['object'],
  null: ['null'],
};

/** `type` as it is written; `nullable` of 3.0 counts beside it. */
export function declaredTypes({ value, version }: SchemaNode): Types {
  if (!isFields(value)) return undefined;
  const { type } = value;
  const names: readonly unknown[] = typeof type === 'string' ? [type] : Array.isArray(type) ? type : [];
  const known = names.flatMap((name) => (typeof name === 'string' ? (atoms[name] ?? []) : []));
  if (known.length === 0) return undefined;
  return new Set(version === '3.0' && value.nullable === true ? [...known, 'null' as const] : known);
}

export function both(a: Types, b: Types): Types {
  if (a === undefined) return b;
  return b === undefined ? a : new Set([...a].filter((atom) => b.has(atom)));
}

export function either(a: Types, b: Types): Types {
  return a === undefined || b === undefined ? undefined : new Set([...a, ...b]);
}

export function typeOfValue(value: unknown): Atom {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'fraction';
  return typeof value === 'string' ? 'string' : typeof value === 'boolean' ? 'boolean' : 'object';
}

export function without(types: Types, atom: Atom): Types {
  return types === undefined ? undefined : new Set([...types].filter((one) => one !== atom));
}

/** As documents write it: `integer or string`. */
export function typesText(types: Types): string {
  if (types === undefined) return 'any type';
  const names = [...types].filter((atom) => atom !== 'fraction' && !(atom === 'integer' && types.has('fraction')));
  const all = types.has('fraction') ? [...names, types.has('integer') ? 'number' : 'fraction'] : names;
  return all.length === 0 ? 'nothing' : all.sort().join(' or ');
}
