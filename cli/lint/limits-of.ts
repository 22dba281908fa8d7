import type { Node } from '../load/document.ts';
import { below } from '../load/pointer.ts';
import type { Effective } from '../plan/effective.ts';

/** One limit as it was written. */
export interface WrittenLimit {
  /** `limits.rate` */
  readonly key: string;
  /** The limit itself: of a list, its item. */
  readonly node: Node;
}

const keys: readonly string[] = ['limits.rate', 'limits.quota', 'limits.concurrency', 'limits.spikeArrest'];

/** The limits on requests that apply to an operation, each with its place. */
export function limitsOf(values: ReadonlyMap<string, Effective>): readonly WrittenLimit[] {
  return keys.flatMap((key): readonly WrittenLimit[] => {
    const value = values.get(key);
    if (value === undefined || value.skipped !== undefined) return [];
    const { node } = value;
    if (!Array.isArray(node.value)) return [{ key, node }];
    return node.value.map((item: unknown, index) => ({
      key,
      node: { ...node, pointer: below(node.pointer, index), value: item },
    }));
  });
}
