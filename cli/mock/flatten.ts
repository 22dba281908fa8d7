import { member } from '../load/pointer.ts';
import type { Json } from '../plan/ir.ts';
import { isFields } from '../resolve/walk.ts';

/** Keywords of a schema, own keys only. */
export type Keywords = Map<string, Json>;

export interface FlattenOptions {
  /** The lowered schema of an id of the pool. */
  schema(id: string): Json;
  /** Which of several branches is taken. */
  choose(branches: readonly Json[]): Json;
}

/** References followed in one place: a chain that is longer is a circle. */
const MAX_HOPS = 40;

/**
 * The keywords that a value must fit, as one set: references, `allOf`, and one branch of each `oneOf`, `anyOf` and discriminator united. An
 * approximation: whoever makes a value of it checks the value.
 */
export function flatten(schema: Json, options: FlattenOptions, hops = 0): Keywords {
  if (!isFields(schema) || hops > MAX_HOPS) return schema === false ? new Map([['gw:never', true]]) : new Map();
  const flat: Keywords = new Map();
  for (const [key, value] of Object.entries(schema)) if (!COMPOSED.has(key)) flat.set(key, value);
  const all = listOf(member(schema, 'allOf'));
  for (const part of all) unite(flat, withoutExample(flatten(part, options, hops + 1), all.length));
  const reference = member(schema, '$ref');
  if (typeof reference === 'string') unite(flat, flatten(options.schema(reference.slice('gw:'.length)), options, hops + 1));
  for (const key of ['oneOf', 'anyOf']) {
    const branches = listOf(member(schema, key));
    if (branches.length > 0) unite(flat, flatten(options.choose(branches), options, hops + 1));
  }
  const tagged = member(schema, 'gw:discriminator');
  if (isFields(tagged)) unite(flat, flatten(taggedBranch(tagged, options), options, hops + 1));
  return flat;
}

const COMPOSED = new Set(['$ref', 'allOf', 'oneOf', 'anyOf', 'gw:discriminator']);

/** What a part of several shows is no value of the whole. */
function withoutExample(part: Keywords, parts: number): Keywords {
  if (parts > 1) part.delete('gw:example');
  return part;
}

/** One branch of a discriminated choice, with the tag that names it. */
function taggedBranch(tagged: object, { choose }: FlattenOptions): Json {
  const branches = [...listOf(member(tagged, 'oneOf')), ...listOf(member(tagged, 'anyOf'))];
  const property = String(member(tagged, 'propertyName'));
  const mapping = member(tagged, 'mapping');
  const tags = isFields(mapping) ? Object.keys(mapping) : [];
  const tag = choose(tags);
  const index = member(mapping, String(tag));
  const named = { required: [property], properties: { [property]: { const: tag } } };
  return { allOf: [named, branches[Number(index)] ?? true] };
}

/** Adds the keywords of another schema for the same value: properties united, bounds tightened, names joined. */
function unite(flat: Keywords, more: Keywords): void {
  for (const [key, value] of more) {
    const had = flat.get(key);
    if (had === undefined) flat.set(key, value);
    else if (key === 'properties') flat.set(key, unitedProperties(had, value));
    else if (key === 'required') flat.set(key, [...new Set([...listOf(had), ...listOf(value)])]);
    else if (/^(?:min|exclusiveMin)/.test(key)) flat.set(key, Math.max(Number(had), Number(value)));
    else if (/^(?:max|exclusiveMax)/.test(key)) flat.set(key, Math.min(Number(had), Number(value)));
    else if (key === 'enum') flat.set(key, common(listOf(had), listOf(value)));
    else if (key === 'type') flat.set(key, commonTypes(listOf(had), listOf(value)));
    else if (key === 'additionalProperties' && had === true) flat.set(key, value);
  }
}

function unitedProperties(had: Json, value: Json): Json {
  if (!isFields(had) || !isFields(value)) return had;
  const names = [...new Set([...Object.keys(had), ...Object.keys(value)])];
  return Object.fromEntries(
    names.map((name): [string, Json] => {
      const both = [had, value].filter((one) => Object.hasOwn(one, name)).map((one) => jsonMember(one, name));
      return [name, both.length === 1 ? (both[0] ?? true) : { allOf: both }];
    }),
  );
}

function common(had: readonly Json[], value: readonly Json[]): readonly Json[] {
  const texts = new Set(value.map((item) => JSON.stringify(item)));
  return had.filter((item) => texts.has(JSON.stringify(item)));
}

/** `integer` is a `number`. */
function commonTypes(had: readonly Json[], value: readonly Json[]): readonly Json[] {
  const both = had.filter((type) => value.includes(type) || (type === 'integer' && value.includes('number')));
  const narrower = value.filter((type) => type === 'integer' && had.includes('number') && !both.includes(type));
  return [...both, ...narrower];
}

/** The member of a lowered schema; plain data of the plan. */
export function jsonMember(value: { readonly [key: string]: Json }, key: string): Json {
  return Object.hasOwn(value, key) ? (value[key] ?? true) : true;
}

/** A list as it is, anything else as a list of one, nothing as none. */
export function listOf(value: unknown): readonly Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as Json];
}
