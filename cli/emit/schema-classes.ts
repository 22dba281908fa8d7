import type { Json, SchemaPlan } from '../plan/ir.ts';

/**
 * Groups schemas that accept the same values because their texts are equal up to references to schemas of one group. The coarsest such
 * grouping: recursive schemas that two documents both declare fall together.
 *
 * @returns by id the id of the first schema of its group
 */
export function sameSchemas(schemas: readonly SchemaPlan[]): ReadonlyMap<string, string> {
  const shapes = schemas.map(({ schema }) => shapeOf(schema));
  let groups = number(shapes.map(({ text }) => text));
  const index = new Map(schemas.map(({ id }, i) => [id, i]));
  let count = -1;
  for (let round = 0; count !== groups.count; round++) {
    if (round === MAX_ROUNDS) return new Map(schemas.map(({ id }) => [id, id]));
    count = groups.count;
    const { of } = groups;
    groups = number(shapes.map(({ references }, i) => [of[i], ...references.map((id) => of[index.get(id) ?? -1])].join()));
  }
  const first = new Map<number, string>();
  const result = new Map<string, string>();
  for (const [i, { id }] of schemas.entries()) {
    const group = groups.of[i] ?? -1;
    const representative = first.get(group) ?? id;
    first.set(group, representative);
    result.set(id, representative);
  }
  return result;
}

/**
 * Each round looks one reference further. Real documents are settled in fewer than 20; a chain of thousands of references would need as
 * many rounds, and is left as it is.
 */
const MAX_ROUNDS = 64;

/** The text of a schema without the ids it refers to, and these in order of the text. */
export function shapeOf(schema: Json): { readonly text: string; readonly references: readonly string[] } {
  const references: string[] = [];
  const text = JSON.stringify(schema, (key, value: unknown) => {
    if (key !== '$ref' || typeof value !== 'string' || !value.startsWith('gw:')) return value;
    references.push(value.slice('gw:'.length));
    return 'gw:';
  });
  return { text, references };
}

function number(keys: readonly string[]): { readonly of: readonly number[]; readonly count: number } {
  const numbers = new Map<string, number>();
  const of = keys.map((key) => {
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, numbers.size);
    return numbers.size - 1;
  });
  return { of, count: numbers.size };
}
