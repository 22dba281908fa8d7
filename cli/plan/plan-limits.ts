import type { LimitOptions } from '../../runtime/limits/limit.ts';
import type { GatewayConfig } from '../config/gateway.ts';
import { member } from '../load/pointer.ts';
import { lowerConcurrency, planConcurrency } from '../policies/concurrency.ts';
import { lowerQuota, planQuota } from '../policies/quota.ts';
import { listOf, lowerRate, planRate } from '../policies/rate.ts';
import { lowerSpikeArrest, planSpikeArrest } from '../policies/spike-arrest.ts';
import { fits, object, type TypeOf } from './shape.ts';

const limitsOfPlan = object({
  rate: planRate,
  quota: planQuota,
  concurrency: planConcurrency,
  spikeArrest: planSpikeArrest,
});

/** A usage plan in the gateway file. */
export const planShape = object({ limits: limitsOfPlan });

/** The limits of the usage plans themselves, sorted by plan. They count for the whole gateway. */
export function limitsOfPlans({ plans }: Pick<GatewayConfig, 'plans'>): readonly (readonly [string, readonly LimitOptions[]])[] {
  return [...plans].flatMap(([name, { value }]): readonly (readonly [string, readonly LimitOptions[]])[] => {
    const limits = member(value, 'limits');
    const options = fits(limitsOfPlan, limits) ? lowerPlan(name, limits) : [];
    return options.length === 0 ? [] : [[name, uniqueNames(options)]];
  });
}

function lowerPlan(
  plan: string,
  { rate, quota, concurrency, spikeArrest }: TypeOf<typeof limitsOfPlan>,
): readonly LimitOptions[] {
  const drafts = [
    ...(rate === undefined ? [] : listOf(rate).map(lowerRate)),
    ...(quota === undefined ? [] : listOf(quota).map(lowerQuota)),
    ...(concurrency === undefined ? [] : [lowerConcurrency(concurrency)]),
    ...(spikeArrest === undefined ? [] : [lowerSpikeArrest(spikeArrest)]),
  ];
  return drafts.map(({ per: _, ...draft }, index) => ({
    ...draft,
    id: `plan ${plan} ${draft.name}/${index}`,
    name: `plan-${draft.name}`,
  }));
}

/** `rate`, `rate-2`: callers tell limits apart by their names. */
export function uniqueNames(limits: readonly LimitOptions[]): readonly LimitOptions[] {
  const seen = new Map<string, number>();
  return limits.map((limit) => {
    const count = (seen.get(limit.name) ?? 0) + 1;
    seen.set(limit.name, count);
    return count === 1 ? limit : { ...limit, name: `${limit.name}-${count}` };
  });
}
