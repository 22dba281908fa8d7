/** What two schemas say differently at one place, and which places below are to be compared next. */
import type { Json } from '../../plan/ir.ts';
import { json } from '../../plan/json.ts';
import type { Fields } from '../../resolve/api.ts';
import { isFields } from '../../resolve/walk.ts';
import { childOf, type SchemaNode } from './schema-node.ts';
import type { Unit, Units } from './unit.ts';

/** A difference at one place. */
export interface Local {
  /** Of `kinds`, or `documentation`. */
  readonly kind: string;
  /** Which value, property or branch; part of what tells differences apart. */
  readonly detail: string;
  readonly message: string;
  readonly before?: Json;
  readonly after?: Json;
  readonly base?: SchemaNode;
  readonly head?: SchemaNode;
}

/** A place below, on both sides. */
export interface Edge {
  /** `/name`, `[]`; empty for branches and conditions, which are the same place. */
  readonly step: string;
  readonly base: Unit;
  readonly head: Unit;
  /** Within `not`, where less means more. */
  readonly flip?: true;
}

/** Two units of one place, and where to put what is found. */
export interface Comparing {
  readonly base: Unit;
  readonly head: Unit;
  readonly baseUnits: Units;
  readonly headUnits: Units;
  /** Properties with this mark are in no message of this direction. */
  readonly hides: 'readOnly' | 'writeOnly';
  /** Whether two schemas differ in nothing but documentation. */
  same(base: Unit, head: Unit): boolean;
  readonly locals: Local[];
  readonly edges: Edge[];
}

/** Notes a difference at the places of a keyword. */
export function note(
  { locals, base, head }: Pick<Comparing, 'locals' | 'base' | 'head'>,
  kind: string,
  message: string,
  more: { readonly detail?: string; readonly before?: unknown; readonly after?: unknown; readonly keyword?: string } = {},
): void {
  const { detail = '', before, after, keyword } = more;
  const [from, to] = [placeIn(base, keyword), placeIn(head, keyword)];
  locals.push({
    kind,
    detail,
    message,
    ...(before === undefined ? {} : { before: json(before) }),
    ...(after === undefined ? {} : { after: json(after) }),
    ...(from === undefined ? {} : { base: from }),
    ...(to === undefined ? {} : { head: to }),
  });
}

/** The keyword where it is written, else the schema. */
export function placeIn({ leaves, roots }: Unit, keyword: string | undefined): SchemaNode | undefined {
  if (keyword !== undefined) {
    for (const leaf of leaves) {
      if (isFields(leaf.value) && Object.hasOwn(leaf.value, keyword)) return childOf(leaf, leaf.value[keyword], keyword);
    }
  }
  // Not where it is referred to, but where it is.
  return leaves.find(({ value }) => !isFields(value) || !Object.hasOwn(value, '$ref')) ?? leaves[0] ?? roots[0];
}

/** The values of a keyword in all leaves that have it. */
export function valuesOf({ leaves }: Unit, keyword: string): readonly unknown[] {
  return leaves.flatMap(({ value }) => (isFields(value) && Object.hasOwn(value, keyword) ? [value[keyword]] : []));
}

/** The schemas under a keyword, which hold together; undefined when no leaf has it. */
export function schemasOf({ leaves }: Unit, keyword: string): readonly SchemaNode[] | undefined {
  const found = leaves.flatMap((leaf) =>
    isFields(leaf.value) && Object.hasOwn(leaf.value, keyword) ? [childOf(leaf, leaf.value[keyword], keyword)] : [],
  );
  return found.length === 0 ? undefined : found;
}

/** Schemas by name under a keyword that holds a map of them. */
export function namedSchemas({ leaves }: Unit, keyword: string): ReadonlyMap<string, readonly SchemaNode[]> {
  const found = new Map<string, SchemaNode[]>();
  for (const leaf of leaves) {
    const map: unknown = isFields(leaf.value) && Object.hasOwn(leaf.value, keyword) ? leaf.value[keyword] : undefined;
    if (!isFields(map)) continue;
    for (const [name, value] of Object.entries(map)) {
      const list = found.get(name) ?? [];
      found.set(name, list);
      list.push(childOf(leaf, value, keyword, name));
    }
  }
  return found;
}

/** The first value of a keyword that passes. */
export function firstOf<T>(unit: Unit, keyword: string, passes: (value: unknown) => value is T): T | undefined {
  return valuesOf(unit, keyword).find(passes);
}

export const isText = (value: unknown): value is string => typeof value === 'string';
export const isObject = (value: unknown): value is Fields => isFields(value);

/** A value in a message. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
