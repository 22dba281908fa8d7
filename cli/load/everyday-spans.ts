import type { Place } from '../diagnostics.ts';
import type { Span } from './parsed.ts';
import { tokensOf } from './pointer.ts';

/** Where the members of a container are: of a list start and end of each, of a map those of its key before those of its value. */
export interface Members {
  readonly keys: readonly string[] | undefined;
  readonly at: readonly number[];
}

/** A step down. */
interface Found {
  readonly key: Span | undefined;
  readonly value: Span;
  readonly says: unknown;
}

/** Finds nodes by pointer. Maps are indexed when first passed, so that many places in one large map stay cheap. */
export class EverydaySpans {
  readonly #members: ReadonlyMap<object, Members>;
  readonly #root: Found;
  readonly #indexes = new Map<object, ReadonlyMap<string, number>>();

  constructor(members: ReadonlyMap<object, Members>, value: unknown, span: Span) {
    this.#members = members;
    this.#root = { key: undefined, value: span, says: value };
  }

  /** The nearest existing ancestor stands in for a missing node, and its key is meant then. */
  find({ pointer, part }: Pick<Place, 'pointer' | 'part'>): Span {
    let at = this.#root;
    let isMissing = false;
    for (const token of tokensOf(pointer)) {
      const next = this.#step(at.says, token);
      if (next === undefined) {
        isMissing = true;
        break;
      }
      at = next;
    }
    if (part !== 'key' && !isMissing) return at.value;
    return at.key ?? { start: at.value.start, end: at.value.start + 1 };
  }

  #step(container: unknown, token: string): Found | undefined {
    if (typeof container !== 'object' || container === null) return undefined;
    const members = this.#members.get(container);
    if (members === undefined) return undefined;
    const { keys, at } = members;
    if (Array.isArray(container)) {
      const index = /^\d+$/.test(token) ? Number(token) : container.length;
      return index < container.length ? { key: undefined, value: spanAt(at, 2 * index), says: container[index] } : undefined;
    }
    const index = this.#index(container, keys ?? []).get(token);
    if (index === undefined) return undefined;
    return { key: spanAt(at, 4 * index), value: spanAt(at, 4 * index + 2), says: Reflect.get(container, token) };
  }

  #index(container: object, keys: readonly string[]): ReadonlyMap<string, number> {
    const known = this.#indexes.get(container);
    if (known !== undefined) return known;
    const index = new Map(keys.map((key, position) => [key, position]));
    this.#indexes.set(container, index);
    return index;
  }
}

function spanAt(at: readonly number[], index: number): Span {
  return { start: at[index] ?? 0, end: at[index + 1] ?? 0 };
}
