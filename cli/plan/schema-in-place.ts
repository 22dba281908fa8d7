import type { Node } from '../load/document.ts';
import { below, member } from '../load/pointer.ts';

/**
 * Which way a value travels (VA-8): `readOnly` properties are not demanded in requests, and refused there; `writeOnly` ones are not demanded
 * in responses.
 */
export type Direction = 'request' | 'response';

/** Follows the `$ref` of a schema one step; undefined when it has none or it leads nowhere. */
export type Follow = (node: Node) => Node | undefined;

/** Of the keywords that apply to the same value those that hold one schema; all others hold lists or maps. */
const SINGLE = new Set(['if', 'then', 'else']);

/** Schemas looked at for one question; a bound against documents made of references only. */
const MAX_SCHEMAS = 500;

/** The schema and all that apply to the same value through `$ref` and the keywords named; each once. */
function inPlace(node: Node, follow: Follow, keywords: readonly string[]): Node[] {
  const seen = new Set<unknown>();
  const found: Node[] = [];
  const stack = [node];
  for (let next = stack.pop(); next !== undefined && found.length < MAX_SCHEMAS; next = stack.pop()) {
    const { value } = next;
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    found.push(next);
    const target = follow(next);
    if (target !== undefined) stack.push(target);
    for (const keyword of keywords) {
      const held = member(value, keyword);
      const at = below(next.pointer, keyword);
      if (SINGLE.has(keyword) && held !== undefined) stack.push({ document: next.document, pointer: at, value: held });
      else if (typeof held === 'object' && held !== null) {
        for (const [key, schema] of Object.entries(held))
          stack.push({ document: next.document, pointer: below(at, key), value: schema });
      }
    }
  }
  return found;
}

/** Names of the properties that a value of this direction need not have although they are `required`. */
export function hiddenNames(node: Node, direction: Direction, follow: Follow): ReadonlySet<string> {
  const names = new Set<string>();
  for (const schema of inPlace(node, follow, ['allOf'])) {
    const properties = member(schema.value, 'properties');
    if (typeof properties !== 'object' || properties === null) continue;
    for (const [name, value] of Object.entries(properties)) {
      const property: Node = { document: schema.document, pointer: below(schema.pointer, 'properties', name), value };
      if (isHidden(property, direction, follow)) names.add(name);
    }
  }
  return names;
}

/** Whether a property does not belong to values of this direction: `readOnly` in requests, `writeOnly` in responses. */
export function isHidden(property: Node, direction: Direction, follow: Follow): boolean {
  const flag = direction === 'request' ? 'readOnly' : 'writeOnly';
  if (member(property.value, flag) === true) return true;
  if (member(property.value, '$ref') === undefined && member(property.value, 'allOf') === undefined) return false;
  return inPlace(property, follow, ['allOf']).some(({ value }) => member(value, flag) === true);
}

/** Names that the schema demands of its value, directly or through what applies to the same value. */
export function requiredNames(node: Node, follow: Follow): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { value } of inPlace(node, follow, ['allOf', 'anyOf', 'oneOf'])) {
    const required = member(value, 'required');
    if (Array.isArray(required)) for (const name of required) if (typeof name === 'string') names.add(name);
  }
  return names;
}

/** String values that `const` or `enum` allow a property of the schema; undefined when it does not restrict it so. */
export function tagsOf(node: Node, property: string, follow: Follow): readonly string[] | undefined {
  for (const schema of inPlace(node, follow, ['allOf'])) {
    const value = member(member(schema.value, 'properties'), property);
    if (value === undefined) continue;
    const declared: Node = { document: schema.document, pointer: below(schema.pointer, 'properties', property), value };
    for (const { value: restriction } of inPlace(declared, follow, ['allOf'])) {
      const constant = member(restriction, 'const');
      if (typeof constant === 'string') return [constant];
      const values = member(restriction, 'enum');
      if (Array.isArray(values) && values.every((item) => typeof item === 'string')) return values;
    }
  }
  return undefined;
}

/** Whether `contains` has a say about the same array: which items it evaluates is not tracked. */
export function containsInPlace(node: Node, follow: Follow): boolean {
  const keywords = ['allOf', 'anyOf', 'oneOf', 'if', 'then', 'else', 'dependentSchemas'];
  return inPlace(node, follow, keywords).some(({ value }) => member(value, 'contains') !== undefined);
}
