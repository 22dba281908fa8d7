import type { Place } from '../diagnostics.ts';
import { type Document, type Node, placeOf } from '../load/document.ts';
import type { Location } from '../location.ts';
import type { Origin, OriginLevel } from './ir.ts';

/** Where a value was written, before lines and columns are known. No node: gw itself, or the command line. */
export interface Source {
  readonly level: OriginLevel;
  readonly node?: Node;
}

/** Turns nodes into origins by one scan per document, after all of them are known. */
export class Origins {
  readonly #located = new Map<Document, Map<string, Location>>();

  constructor(sources: readonly Source[]) {
    const wanted = new Map<Document, Map<string, Place>>();
    for (const { node } of sources) {
      if (node === undefined) continue;
      const places = wanted.get(node.document) ?? new Map<string, Place>();
      places.set(node.pointer, placeOf(node, node.pointer === '' ? 'value' : 'key'));
      wanted.set(node.document, places);
    }
    for (const [document, places] of wanted) {
      const pointers = [...places.keys()];
      const locations = document.locate([...places.values()]);
      const entries = pointers.flatMap((pointer, index): readonly (readonly [string, Location])[] => {
        const location = locations[index];
        return location === undefined ? [] : [[pointer, location]];
      });
      this.#located.set(document, new Map(entries));
    }
  }

  /** The origin of one of the sources. */
  of({ level, node }: Source): Origin {
    if (node === undefined) return { level };
    const at = this.#located.get(node.document)?.get(node.pointer);
    return { level, pointer: node.pointer, ...(at === undefined ? {} : { at }) };
  }
}
