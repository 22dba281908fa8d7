import type { Node } from '../load/document.ts';
import { below, member } from '../load/pointer.ts';
import type { Fields } from '../resolve/api.ts';
import { fieldsOf, isFields } from '../resolve/walk.ts';

/**
 * A gateway file and what it extends, read as one: objects merge member by member, every other value is the nearest one written, whole;
 * `null` removes.
 */
export class Layers {
  /** Nearest first. */
  readonly roots: readonly Node<Fields>[];

  constructor(roots: readonly Node<Fields>[]) {
    this.roots = roots;
  }

  /** The value at a path of keys, where one is written and not taken away. */
  value(...keys: readonly string[]): Node | undefined {
    for (const { document, pointer, value } of this.roots) {
      let at: unknown = value;
      for (const key of keys) at = at === null ? null : member(at, key);
      if (at === null) return undefined;
      if (at !== undefined) return { document, pointer: below(pointer, ...keys), value: at };
    }
    return undefined;
  }

  /** The members of an object whose keys are names, sorted by name. */
  named(key: string): readonly (readonly [name: string, node: Node])[] {
    const found = new Map<string, Node>();
    for (const node of this.each(key)) {
      for (const [name, value] of Object.entries(isFields(node.value) ? node.value : {})) {
        if (!found.has(name)) found.set(name, { document: node.document, pointer: below(node.pointer, name), value });
      }
    }
    return [...found].filter(([, { value }]) => value !== null).sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** The items of a list that every layer adds to, the nearest layer's first. */
  items(...keys: readonly string[]): readonly Node[] {
    return this.each(...keys).flatMap(({ document, pointer, value }) =>
      Array.isArray(value)
        ? value.map((item: unknown, index): Node => ({ document, pointer: below(pointer, index), value: item }))
        : [],
    );
  }

  /** What each layer says under a path of keys, nearest first; a null hides the layers behind it. */
  each(...keys: readonly string[]): readonly Node[] {
    const found: Node[] = [];
    for (const root of this.roots) {
      const node = new Layers([root]).value(...keys);
      if (node !== undefined) found.push(node);
      else if (isTakenAway(root.value, keys)) break;
    }
    return found;
  }

  /** The objects among what each layer says. */
  objects(key: string): readonly Node<Fields>[] {
    return this.each(key).flatMap((node) => fieldsOf(node) ?? []);
  }
}

function isTakenAway(root: Fields, keys: readonly string[]): boolean {
  let at: unknown = root;
  for (const key of keys) {
    at = member(at, key);
    if (at === null) return true;
  }
  return false;
}
