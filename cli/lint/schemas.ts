import type { Node } from '../load/document.ts';
import { below, member } from '../load/pointer.ts';
import type { Fields, Resolver } from '../resolve/api.ts';
import { fieldsOf, isFields } from '../resolve/walk.ts';

/** Member of a node that is an object, references followed. */
export function objectAt(node: Node, key: string, resolver: Resolver): Node<Fields> | undefined {
  const value = member(node.value, key);
  if (value === undefined) return undefined;
  const resolved = resolver.resolve({ document: node.document, pointer: below(node.pointer, key), value });
  return resolved === undefined ? undefined : fieldsOf(resolved.node);
}

/** More parts than any sensible schema has: what follows them is not looked at. */
const MOST_PARTS = 64;

/**
 * A schema and those that it takes whole: the members of its `allOf`, references followed. Each once, so cycles end; a bounded number,
 * so no walk is longer than the document.
 */
export function wholeSchema(schema: Node, resolver: Resolver): readonly Node<Fields>[] {
  const seen = new Set<unknown>();
  const parts: Node<Fields>[] = [];
  const open: Node[] = [schema];
  for (let next = open.pop(); next !== undefined && parts.length < MOST_PARTS; next = open.pop()) {
    const resolved = resolver.resolve(next);
    const fields = resolved === undefined ? undefined : fieldsOf(resolved.node);
    if (fields === undefined || seen.has(fields.value)) continue;
    seen.add(fields.value);
    parts.push(fields);
    const { allOf } = fields.value;
    if (!Array.isArray(allOf)) continue;
    allOf.forEach((value: unknown, index) => {
      open.push({ document: fields.document, pointer: below(fields.pointer, 'allOf', index), value });
    });
  }
  return parts;
}

/** The schemas of the properties of a schema and of what it takes whole, by name. */
export function propertiesOf(schema: Node, resolver: Resolver): ReadonlyMap<string, Node> {
  const properties = new Map<string, Node>();
  for (const { document, pointer, value } of wholeSchema(schema, resolver)) {
    if (!isFields(value.properties)) continue;
    for (const [name, property] of Object.entries(value.properties)) {
      properties.set(name, { document, pointer: below(pointer, 'properties', name), value: property });
    }
  }
  return properties;
}

/** Whether a schema says that values are of a type, alone or beside null. */
export function hasType(schema: Node, type: string, resolver: Resolver): boolean {
  return wholeSchema(schema, resolver).some(({ value }) => isOfType(value, type));
}

/** A media type without its parameters, lower case. */
export function essence(mediaType: string): string {
  return (mediaType.split(';', 1)[0] ?? '').trim().toLowerCase();
}

/** Whether a media type is JSON: `application/json`, or one with the suffix `+json` (RFC 6839 §3.1). */
export function isJson(mediaType: string): boolean {
  return /^application\/(?:json|[^/]*\+json)$/.test(essence(mediaType));
}

/** Whether a schema itself says that values are of a type, alone or beside null. */
export function isOfType({ type }: Fields, wanted: string): boolean {
  return Array.isArray(type) ? type.includes(wanted) && type.every((one) => one === wanted || one === 'null') : type === wanted;
}
