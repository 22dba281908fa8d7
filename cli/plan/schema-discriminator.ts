import type { Node } from '../load/document.ts';
import { below, lastToken, member } from '../load/pointer.ts';
import type { Fields } from '../resolve/api.ts';
import type { Json } from './ir.ts';
import { type Follow, tagsOf } from './schema-in-place.ts';
import type { SchemaReferences } from './schema-references.ts';

/**
 * Replaces `oneOf` or `anyOf` beside a `discriminator` by `gw:discriminator`, which goes to the one schema that the tag names.
 *
 * Tags are those of `mapping`, the `const` or `enum` of the property in each schema, else the component's name. Where several schemas share
 * one `enum` that lists their names, the names decide. Where nothing tells the schemas apart the composition stays.
 *
 * Lowered form: `{ propertyName, mapping: { tag: index }, fallback?: index, oneOf | anyOf: [schemas] }`.
 */
export function lowerDiscriminator(
  node: Node,
  value: Fields,
  members: Map<string, Json>,
  follow: Follow,
  references: SchemaReferences,
): void {
  const propertyName = member(value.discriminator, 'propertyName');
  const keyword = members.has('oneOf') ? 'oneOf' : 'anyOf';
  const lowered = members.get(keyword);
  const authored = value[keyword];
  if (typeof propertyName !== 'string' || propertyName === '__proto__') return;
  if (!Array.isArray(lowered) || !Array.isArray(authored) || lowered.length < 2) return;
  const schemas = authored.map(
    (schema: unknown, i): Node => ({ document: node.document, pointer: below(node.pointer, keyword, i), value: schema }),
  );
  const targets = schemas.map((schema) => identity(follow(schema) ?? schema));
  const explicit = explicitTags(node, value.discriminator, targets, references);
  const tags: ReadonlySet<string>[] = [];
  for (const [i, schema] of schemas.entries()) {
    const ofMember = tagsOfMember(schema, propertyName, explicit.get(i) ?? [], follow);
    if (ofMember === undefined) return;
    tags.push(ofMember);
  }
  const mapping = mappingOf(tags) ?? mappingOf(namesAmong(tags, schemas, explicit, follow));
  if (mapping === undefined) return;
  const fallback = defaultMember(node, value.discriminator, targets, references);
  members.delete(keyword);
  members.set('gw:discriminator', {
    propertyName,
    mapping: Object.fromEntries([...mapping].sort(([a], [b]) => (a < b ? -1 : 1))),
    ...(fallback === undefined ? {} : { fallback }),
    [keyword]: lowered,
  });
}

/** Which schema each tag means; undefined when a tag means several. */
function mappingOf(tags: readonly ReadonlySet<string>[]): ReadonlyMap<string, number> | undefined {
  const mapping = new Map<string, number>();
  for (const [i, ofMember] of tags.entries()) {
    for (const tag of ofMember) {
      if (mapping.has(tag)) return undefined;
      mapping.set(tag, i);
    }
  }
  return mapping;
}

/** The tags of `mapping` or the component's name for each schema; those that `tags` allows when they leave none of these out. */
function namesAmong(
  tags: readonly ReadonlySet<string>[],
  schemas: readonly Node[],
  explicit: ReadonlyMap<number, readonly string[]>,
  follow: Follow,
): readonly ReadonlySet<string>[] {
  const names = schemas.map((schema, i) => {
    const name = nameOf(schema, follow);
    return new Set(explicit.get(i) ?? (name === undefined ? [] : [name]));
  });
  const named = new Set(names.flatMap((ofMember) => [...ofMember]));
  const complete = tags.every((ofMember, i) => {
    const own = names[i] ?? new Set();
    return [...own].every((name) => ofMember.has(name)) && [...ofMember].every((tag) => named.has(tag));
  });
  return complete ? names : tags;
}

/** Undefined when nothing says which values of the tag mean this schema. Schemas of other types than object need none. */
function tagsOfMember(
  schema: Node,
  property: string,
  explicit: readonly string[],
  follow: Follow,
): ReadonlySet<string> | undefined {
  const type = member(schema.value, 'type');
  if (typeof type === 'string' && type !== 'object') return new Set();
  const restricted = tagsOf(schema, property, follow);
  if (restricted !== undefined) return new Set([...explicit, ...restricted]);
  const name = nameOf(schema, follow);
  if (name !== undefined) return new Set([...explicit, name]);
  return explicit.length > 0 ? new Set(explicit) : undefined;
}

/** The name of the component that a schema refers to. */
function nameOf(schema: Node, follow: Follow): string | undefined {
  const target = follow(schema);
  return target === undefined ? undefined : lastToken(target.pointer);
}

function explicitTags(
  node: Node,
  discriminator: unknown,
  targets: readonly string[],
  references: SchemaReferences,
): ReadonlyMap<number, readonly string[]> {
  const tags = new Map<number, string[]>();
  const mapping = member(discriminator, 'mapping');
  if (typeof mapping !== 'object' || mapping === null) return tags;
  for (const [tag, reference] of Object.entries(mapping)) {
    const i = typeof reference === 'string' ? memberOf(node, reference, targets, references) : undefined;
    if (i !== undefined) tags.set(i, [...(tags.get(i) ?? []), tag]);
  }
  return tags;
}

function defaultMember(
  node: Node,
  discriminator: unknown,
  targets: readonly string[],
  references: SchemaReferences,
): number | undefined {
  const reference = member(discriminator, 'defaultMapping');
  return typeof reference === 'string' ? memberOf(node, reference, targets, references) : undefined;
}

/** Which member a value of `mapping` means: a component's name, or a reference. */
function memberOf(node: Node, reference: string, targets: readonly string[], references: SchemaReferences): number | undefined {
  const isName = /^[A-Za-z0-9._-]+$/.test(reference);
  for (const candidate of isName ? [`#/components/schemas/${reference}`, reference] : [reference]) {
    const target = references.target(node, candidate);
    const i = target === undefined ? -1 : targets.indexOf(identity(target));
    if (i >= 0) return i;
  }
  return undefined;
}

function identity(node: Node): string {
  return `${node.document.file}#${node.pointer}`;
}
