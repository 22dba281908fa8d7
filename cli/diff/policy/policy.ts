import type { ChangeDraft } from '../change.ts';
import type { RouteTable } from '../effective.ts';
import type { Pair } from '../traffic.ts';
import { authChanges } from './auth.ts';
import { configChanges } from './config.ts';
import { valueChanges } from './values.ts';

/** What becomes weaker or tighter: on every route that stays, and in the gateway file for all routes that it concerns. */
export function policyChanges(pairs: readonly Pair[], base: RouteTable, head: RouteTable): readonly ChangeDraft[] {
  return [
    ...pairs.flatMap((pair) => [...authChanges(pair, base, head), ...valueChanges(pair)]),
    ...(base.config?.mode === 'platform' && head.config?.mode === 'platform' ? configChanges(base, head) : []),
  ];
}
