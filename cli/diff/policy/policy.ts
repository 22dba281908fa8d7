import type { ChangeDraft } from '../change.ts';
import type { RouteTable } from '../effective.ts';
import type { Pair } from '../matched.ts';
import { authChanges } from './auth.ts';
import { configChanges } from './config.ts';
import { configChange, routesOf } from './config-change.ts';
import { valueChanges } from './values.ts';

/** What becomes weaker or tighter: on every route that stays, and in the gateway file for all routes that it concerns. */
export function policyChanges(pairs: readonly Pair[], base: RouteTable, head: RouteTable): readonly ChangeDraft[] {
  return [
    ...pairs.flatMap((pair) => [...authChanges(pair, base, head), ...valueChanges(pair)]),
    ...(base.config?.mode === 'platform' && head.config?.mode === 'platform' ? configChanges(base, head) : []),
    ...gatewayFileChanges(base, head),
  ];
}

/** Without a gateway file nothing is proved, and documents bind what they like: told once, not guardrail by guardrail. */
function gatewayFileChanges(base: RouteTable, head: RouteTable): readonly ChangeDraft[] {
  const [before, after] = [base.config?.mode, head.config?.mode];
  if (before === undefined || after === undefined || before === after) return [];
  const isRemoved = after === 'single';
  return configChange(
    'gateway-file',
    isRemoved ? 'weaker' : 'tighter',
    { weaker: 'critical', tighter: 'medium' },
    {
      subject: 'gateway file',
      message: isRemoved
        ? 'the gateway file is gone: guardrails, bindings and plans with it'
        : 'the gateway file is new: its guardrails, bindings and plans hold',
      before: before === 'platform',
      after: after === 'platform',
      routes: routesOf(head),
    },
  );
}
