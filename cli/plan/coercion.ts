import type { Coercion, ObjectCoercion, ScalarType } from '../../runtime/validate/options.ts';
import type { Json } from './ir.ts';

type Fields = { readonly [key: string]: Json };

/** Levels of arrays and objects that a serialized parameter can have, with room for forms. */
const MAX_DEPTH = 4;

const SCALARS: readonly ScalarType[] = ['string', 'integer', 'number', 'boolean', 'null'];

/**
 * How texts become the values of a schema: its types, through references and compositions. A schema that says nothing of types takes texts.
 *
 * @param schemaOf the lowered schema of an id
 */
export function coercionOf(schema: Json, schemaOf: (id: string) => Json, depth = 0): Coercion {
  const parts = partsOf(schema, schemaOf);
  const types = typesOf(schema, schemaOf, new Set());
  const scalars = SCALARS.filter((type) => types?.has(type));
  const wantsArray =
    types === undefined
      ? parts.some(({ items, prefixItems }) => items !== undefined || prefixItems !== undefined)
      : types.has('array');
  const wantsObject = types === undefined ? parts.some(({ properties }) => properties !== undefined) : types.has('object');
  if (depth >= MAX_DEPTH || (!wantsArray && !wantsObject)) return { scalars: scalars.length > 0 ? scalars : ['string'] };
  const nested = (member: Json): Coercion => coercionOf(member, schemaOf, depth + 1);
  return {
    ...(scalars.length > 0 ? { scalars } : {}),
    ...(wantsArray ? { array: arrayOf(parts, nested) } : {}),
    ...(wantsObject ? { object: objectOf(parts, nested) } : {}),
  };
}

/** Whether the value is a plain text for every purpose. */
export function isText(coercion: Coercion): boolean {
  return coercion.array === undefined && coercion.object === undefined && coercion.scalars?.join() === 'string';
}

function arrayOf(parts: readonly Fields[], nested: (member: Json) => Coercion): NonNullable<Coercion['array']> {
  const items = parts.find((part) => part.items !== undefined)?.items;
  const prefix = parts.map(({ prefixItems }) => prefixItems).find(Array.isArray);
  return {
    ...(prefix === undefined ? {} : { prefix: prefix.map(nested) }),
    ...(items === undefined || typeof items === 'boolean' ? {} : { items: nested(items) }),
  };
}

function objectOf(parts: readonly Fields[], nested: (member: Json) => Coercion): ObjectCoercion {
  const properties = new Map<string, Coercion>();
  for (const part of parts) {
    if (!isFields(part.properties)) continue;
    for (const [name, member] of Object.entries(part.properties)) if (!properties.has(name)) properties.set(name, nested(member));
  }
  const additional = parts.map(({ additionalProperties }) => additionalProperties).find((value) => value !== undefined);
  const rest = additional === false ? { additional } : isFields(additional) ? { additional: nested(additional) } : {};
  return { properties: [...properties], ...rest };
}

/** The schema and all that may apply to the same value. */
function partsOf(schema: Json, schemaOf: (id: string) => Json): readonly Fields[] {
  const seen = new Set<Json>();
  const parts: Fields[] = [];
  const stack = [schema];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (!isFields(next) || seen.has(next)) continue;
    seen.add(next);
    parts.push(next);
    stack.push(...applied(next, schemaOf).toReversed());
  }
  return parts;
}

function applied(schema: Fields, schemaOf: (id: string) => Json): Json[] {
  const { $ref, allOf, 'gw:discriminator': discriminator } = schema;
  const members = typeof $ref === 'string' ? [schemaOf($ref.slice('gw:'.length))] : [];
  return [...members, ...list(allOf), ...alternatives(schema), ...(isFields(discriminator) ? alternatives(discriminator) : [])];
}

function alternatives({ anyOf, oneOf }: Fields): readonly Json[] {
  return [...list(anyOf), ...list(oneOf)];
}

/** Types that a value of the schema can have; undefined when the schema does not say. */
function typesOf(schema: Json, schemaOf: (id: string) => Json, open: Set<Json>): ReadonlySet<string> | undefined {
  if (!isFields(schema) || open.has(schema)) return undefined;
  open.add(schema);
  const { type, $ref, allOf, 'gw:discriminator': discriminator } = schema;
  const sets: (ReadonlySet<string> | undefined)[] = [declaredTypes(type), typesOfValues(schema)];
  if (typeof $ref === 'string') sets.push(typesOf(schemaOf($ref.slice('gw:'.length)), schemaOf, open));
  for (const member of list(allOf)) sets.push(typesOf(member, schemaOf, open));
  for (const group of [schema, ...(isFields(discriminator) ? [discriminator] : [])]) {
    const members = alternatives(group).map((member) => typesOf(member, schemaOf, open));
    if (members.length > 0 && members.every((set) => set !== undefined))
      sets.push(new Set(members.flatMap((set) => [...(set ?? [])])));
  }
  open.delete(schema);
  const known = sets.filter((set) => set !== undefined);
  const [first, ...others] = known;
  return (
    first &&
    new Set([...first].filter((name) => others.every((set) => set.has(name) || (name === 'integer' && set.has('number')))))
  );
}

function declaredTypes(type: Json | undefined): ReadonlySet<string> | undefined {
  const names = list(type).filter((name) => typeof name === 'string');
  return names.length === 0 ? undefined : new Set(names.includes('number') ? [...names, 'integer'] : names);
}

function typesOfValues({ enum: values, const: constant }: Fields): ReadonlySet<string> | undefined {
  const all = constant === undefined ? values : [constant];
  if (!Array.isArray(all)) return undefined;
  return new Set(all.flatMap(typeOfValue));
}

function typeOfValue(value: Json): readonly string[] {
  if (value === null) return ['null'];
  if (Array.isArray(value)) return ['array'];
  if (typeof value === 'number') return Number.isInteger(value) ? ['integer', 'number'] : ['number'];
  return [typeof value];
}

function list(value: Json | undefined): readonly Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function isFields(value: Json | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
