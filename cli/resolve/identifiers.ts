import type { Document, Node } from '../load/document.ts';
import { below, member } from '../load/pointer.ts';

/** A schema that names itself by `$id`: references inside it are relative to it. */
export interface Resource {
  readonly uri: string | undefined;
  readonly pointer: string;
  readonly value: unknown;
}

/** What the schemas of one document call themselves (JSON Schema 2020-12 §8.2; OpenAPI 3.2 `$self`). */
export interface Identified {
  /** The document's own `$self`. */
  readonly self: string | undefined;
  /** The nearest resource with `$id` at or around a pointer. */
  resourceAround(pointer: string): Resource | undefined;
  byUri(uri: string): Node | undefined;
  anchor(name: string): Node | undefined;
}

const nothing: Identified = {
  self: undefined,
  resourceAround: () => undefined,
  byUri: () => undefined,
  anchor: () => undefined,
};

/** Keys whose content is the author's data, where `$id` means nothing. */
const dataKeys = new Set(['example', 'examples', 'default', 'enum', 'const', 'value', 'dataValue']);

/** Keys that hold schemas by name, so that a name such as `example` is no data key. */
const namedSchemas = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas', 'schemas']);

/** Finds the identifiers of a document. Documents that write none, nearly all, cost one search of their text. */
export function identify(document: Document): Identified {
  if (!/\$(id|self|anchor|dynamicAnchor)\b/.test(document.text)) return nothing;
  const resources = new Map<string, Resource>();
  const uris = new Map<string, Resource>();
  const anchors = new Map<string, Node>();
  const selfValue = member(document.value, '$self');
  const self = typeof selfValue === 'string' && URL.canParse(selfValue) ? new URL(selfValue).href : undefined;
  const root: Resource = { uri: self, pointer: '', value: document.value };
  if (self !== undefined) uris.set(self, root);

  const visit = (value: unknown, pointer: string, base: string | undefined, isNames: boolean): void => {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      value.forEach((item, index) => {
        visit(item, below(pointer, index), base, false);
      });
      return;
    }
    let inner = base;
    if (!isNames) {
      const id = member(value, '$id');
      if (typeof id === 'string') {
        inner = URL.canParse(id, base) ? new URL(id, base).href.replace(/#$/, '') : undefined;
        const resource = { uri: inner, pointer, value };
        resources.set(pointer, resource);
        if (inner !== undefined) uris.set(inner, resource);
      }
      for (const key of ['$anchor', '$dynamicAnchor']) {
        const name = member(value, key);
        if (typeof name === 'string' && !anchors.has(name)) anchors.set(name, { document, pointer, value });
      }
    }
    for (const [key, item] of Object.entries(value)) {
      if (!isNames && (dataKeys.has(key) || key.startsWith('x-'))) continue;
      visit(item, below(pointer, key), inner, !isNames && namedSchemas.has(key));
    }
  };
  visit(document.value, '', self, false);

  return {
    self,
    resourceAround(pointer) {
      for (let at = pointer; resources.size > 0; at = at.slice(0, at.lastIndexOf('/'))) {
        const resource = resources.get(at);
        if (resource !== undefined) return resource;
        if (at === '') break;
      }
      return undefined;
    },
    byUri(uri) {
      const resource = uris.get(uri);
      return resource === undefined ? undefined : { document, pointer: resource.pointer, value: resource.value };
    },
    anchor: (name) => anchors.get(name),
  };
}
