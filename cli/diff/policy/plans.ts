import type { Node } from '../../load/document.ts';
import { canonical } from '../../merge/canonical.ts';
import type { EffectiveValue } from '../../plan/ir.ts';
import { json } from '../../plan/json.ts';
import type { Compared } from '../../plan/key.ts';
import { vocabulary } from '../../plan/vocabulary.ts';
import { isFields } from '../../resolve/walk.ts';
import type { ChangeDraft } from '../change.ts';
import type { RouteTable } from '../effective.ts';
import { at, configChange, routesOf } from './config-change.ts';
import { combined } from './direction.ts';
import { compareValue, rowOf } from './keys.ts';

/** D7: usage plans, which apply to every route that asks for credentials. */
export function planChanges(base: RouteTable, head: RouteTable): readonly ChangeDraft[] {
  const none: ReadonlyMap<string, Node> = new Map();
  const [before, after] = [base.config?.plans ?? none, head.config?.plans ?? none];
  const routes = routesOf(head, ({ plan }) => (plan.security ?? []).some((one) => Object.keys(one).length > 0));
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((name) => {
    const [from, to] = [before.get(name), after.get(name)];
    const direction =
      from === undefined
        ? 'equal'
        : to === undefined
          ? isEmpty(from)
            ? 'unknown'
            : 'weaker'
          : comparePlans(from.value, to.value);
    const [was, is] = [from, to].map((node) => (node === undefined ? 'none' : JSON.stringify(node.value)));
    return configChange(
      'plan',
      direction,
      { weaker: 'high', tighter: 'medium' },
      {
        subject: `plan ${name}`,
        message: `plan ${name}: ${was} → ${is}`,
        before: from?.value,
        after: to?.value,
        base: at(from),
        head: at(to),
        routes,
      },
    );
  });
}

function isEmpty({ value }: Node): boolean {
  return !isFields(value) || Object.keys(value).length === 0;
}

function comparePlans(before: unknown, after: unknown): Compared {
  if (canonical(before) === canonical(after)) return 'equal';
  const [from, to] = [limitsOf(before), limitsOf(after)];
  const told = vocabulary.flatMap((key): readonly Compared[] => {
    const row = key.group === 'limits' ? rowOf(key) : undefined;
    return row === undefined ? [] : [compareValue(key, row, from.get(key.key), to.get(key.key), () => false)];
  });
  const direction = combined(told);
  // What is not a limit may mean anything.
  return direction === 'equal' || canonical(withoutLimits(before)) !== canonical(withoutLimits(after)) ? 'unknown' : direction;
}

function withoutLimits(plan: unknown): unknown {
  return isFields(plan) ? { ...plan, limits: null } : plan;
}

/** Limits as if they were values of a route; a plan counts for the whole gateway. */
function limitsOf(plan: unknown): ReadonlyMap<string, EffectiveValue> {
  const limits = isFields(plan) && isFields(plan.limits) ? plan.limits : {};
  return new Map(
    Object.entries(limits).map(([name, value]) => {
      const key = `limits.${name}`;
      return [key, { key, authored: json(value), origin: { level: 'config' } }];
    }),
  );
}
