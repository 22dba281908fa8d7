import type { Place, TextPlace } from '../diagnostics.ts';
import type { Location } from '../location.ts';
import { below, member } from './pointer.ts';

/** A file as it was read: text without a byte order mark. */
export interface Source {
  /** Path below the repository root, `/` as separator. */
  readonly file: string;
  readonly text: string;
}

/**
 * One parsed file: an OpenAPI document, a part of one reached by `$ref`, or a gateway file.
 *
 * `value` is plain data (objects, arrays, strings, numbers, booleans, null), exactly what `JSON.parse` gives for the same content:
 * a key named `__proto__` is an own property. It is never changed after loading.
 */
export interface Document extends Source {
  readonly format: 'json' | 'yaml';
  readonly value: unknown;
  /** Lines and columns of many places of this document by one scan; the nearest existing ancestor stands in for a missing node. */
  locate(places: readonly (Place | TextPlace)[]): readonly Location[];
}

/** A value together with where it was written. */
export interface Node<T = unknown> {
  readonly document: Document;
  readonly pointer: string;
  readonly value: T;
}

/** The member of a node under a key, with its place; its value is undefined where there is none. */
export function child(node: Node, key: string): Node {
  return { document: node.document, pointer: below(node.pointer, key), value: member(node.value, key) };
}

export function placeOf(node: Node, part: Place['part'] = 'value'): Place {
  return { file: node.document.file, pointer: node.pointer, part };
}
