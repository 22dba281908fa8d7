/** Schemas as they are written, with the version whose rules they follow. */
import type { Node } from '../../load/document.ts';
import { below } from '../../load/pointer.ts';
import type { OpenApiVersion, Resolver } from '../../resolve/api.ts';
import { referenceIn } from '../../resolve/refs.ts';
import { isFields, versionOf } from '../../resolve/walk.ts';

/** A schema of one side. */
export interface SchemaNode extends Node {
  readonly version: OpenApiVersion;
}

/** The schema under a keyword. */
export function childOf(
  { document, pointer, version }: SchemaNode,
  value: unknown,
  ...keys: readonly (string | number)[]
): SchemaNode {
  return { document, pointer: below(pointer, ...keys), value, version };
}

/** What the `$ref` of a schema leads to, one step. A file that names no version follows the document that refers to it. */
export function referenced(node: SchemaNode, resolver: Resolver): SchemaNode | undefined {
  const reference = referenceIn(node.value);
  const target = reference === undefined ? undefined : resolver.target(node, reference);
  if (target === undefined || !('node' in target)) return undefined;
  const same = target.node.document === node.document;
  return { ...target.node, version: same ? node.version : (versionOf(target.node.document.value) ?? node.version) };
}

/** Identities of schemas: equal for the same object of the same document, whoever refers to it. */
export class Identities {
  readonly #ids = new WeakMap<object, number>();
  readonly #scalars = new Map<string, number>();
  #next = 0;

  of({ document, pointer, value }: SchemaNode): number {
    if (isFields(value)) {
      const known = this.#ids.get(value);
      if (known !== undefined) return known;
      this.#ids.set(value, ++this.#next);
      return this.#next;
    }
    const key = typeof value === 'boolean' ? String(value) : `${document.file}#${pointer}`;
    const known = this.#scalars.get(key) ?? ++this.#next;
    this.#scalars.set(key, known);
    return known;
  }
}
