import type { MergedOperation } from '../merge/merged.ts';
import type { Key } from './key.ts';

/** The value of a key that applies to an operation, lowered; undefined where none is written or it is skipped. */
export function lowered<Options>(key: Key<Options>, { operation, effective }: MergedOperation): Options | undefined {
  const value = effective.get(key.key);
  if (value === undefined || value.skipped !== undefined) return undefined;
  return key.lower(value.node.value, { operation, level: value.level });
}
