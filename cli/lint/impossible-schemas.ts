import type { Place } from '../diagnostics.ts';
import type { Node } from '../load/document.ts';
import { below, member } from '../load/pointer.ts';
import type { Resolver } from '../resolve/api.ts';
import { isFields, type Visit } from '../resolve/walk.ts';

/** A schema that no value fits, with the places through which it requires itself. */
export interface ImpossibleSchema {
  readonly visit: Visit;
  readonly way: readonly Place[];
}

/** One step of the search: a schema and what a value of it must fit or hold as well. */
interface Frame {
  readonly node: Node;
  readonly next: readonly Node[];
  index: number;
}

/**
 * Finds the circles of schemas in which each requires the next: by `allOf`, by a required property of an object, by an item of a list
 * that is not empty. Each circle once. A depth-first search with its own stack; every schema is entered once.
 */
export function impossibleSchemas(visits: readonly Visit[], resolver: Resolver): readonly ImpossibleSchema[] {
  const visitOf = new Map<unknown, Visit>();
  for (const visit of visits) if (visit.kind === 'schema') visitOf.set(visit.node.value, visit);
  const done = new Set<unknown>();
  const found: ImpossibleSchema[] = [];
  for (const { node } of visitOf.values()) {
    if (done.has(node.value)) continue;
    const stack: Frame[] = [frame(node, resolver)];
    const open = new Set<unknown>([node.value]);
    while (stack.length > 0) {
      const top = stack.at(-1);
      const next = top?.next[top.index++];
      if (top === undefined || next === undefined) {
        stack.pop();
        open.delete(top?.node.value);
        done.add(top?.node.value);
      } else if (open.has(next.value)) {
        const from = stack.findIndex((one) => one.node.value === next.value);
        const visit = visitOf.get(next.value);
        if (visit !== undefined) found.push({ visit, way: stack.slice(from + 1).map((one) => placeOfKey(one.node)) });
      } else if (!done.has(next.value)) {
        open.add(next.value);
        stack.push(frame(next, resolver));
      }
    }
  }
  return found;
}

function frame(node: Node, resolver: Resolver): Frame {
  return { node, next: demands(node).flatMap((one) => resolver.resolve(one)?.node ?? []), index: 0 };
}

/** The schemas that every value of this one must fit or hold, as written. */
function demands(node: Node): readonly Node[] {
  if (!isFields(node.value)) return [];
  const child = (...keys: readonly (string | number)[]): Node => ({
    document: node.document,
    pointer: below(node.pointer, ...keys),
    value: keys.reduce<unknown>((value, key) => member(value, String(key)), node.value),
  });
  const { allOf, type, required, properties, minItems } = node.value;
  const result: Node[] = [];
  if (Array.isArray(allOf)) for (const index of allOf.keys()) result.push(child('allOf', index));
  if (node.value.nullable === true) return result;
  if (type === 'object' && Array.isArray(required) && isFields(properties)) {
    for (const name of required)
      if (typeof name === 'string' && Object.hasOwn(properties, name)) result.push(child('properties', name));
  }
  if (type === 'array' && typeof minItems === 'number' && minItems > 0 && isFields(node.value.items)) result.push(child('items'));
  return result;
}

function placeOfKey({ document, pointer }: Node): Place {
  return { file: document.file, pointer, part: 'key' };
}
