import type { ResponseHead, ResponsePolicyFactory } from '../contract.ts';
import type { Limit } from '../limits/limit.ts';
import { type LimitCounter, LimitUse } from '../limits/store.ts';

/** A whole number of at most seven digits. */
const COST = /^[0-9]{1,7}$/;

/**
 * Settles what requests have really cost, where the service says so in a header field of its answer (RL-9): what was reserved at admission
 * is made up for, or given back. It may be more than is left: then what comes next waits until that is there again. Without a cost that can
 * be read, the reserve stands.
 */
export const limitCosts: ResponsePolicyFactory<unknown> = (_options, env) => {
  /** Counters that take whatever they are told to, by those that decide. */
  const takers = new WeakMap<LimitCounter, LimitCounter>();
  const takerOf = (counter: LimitCounter): LimitCounter => {
    const known = takers.get(counter);
    if (known !== undefined) return known;
    const limits = counter.limits.map((limit): Limit => ({ ...limit, cost: 1, refuses: false, soft: true, leased: false }));
    const made = env.limits.prepare(limits);
    takers.set(counter, made);
    return made;
  };
  return ({ limits }, head) => {
    for (let use = limits; use !== undefined; use = use.earlier) {
      if (use.outcome !== 'admitted') continue;
      const open = openOf(use, head);
      if (open.every((units) => units === 0)) continue;
      const taker = takerOf(use.counter);
      const [more, less] = [
        partOf(taker, use, open),
        partOf(
          taker,
          use,
          open.map((units) => -units),
        ),
      ];
      if (more !== undefined) void taker.take(more);
      if (less !== undefined) taker.giveBack(less);
      for (const [index, units] of open.entries()) {
        if (units !== 0) use.remaining[index] = Math.max(0, (use.remaining[index] ?? 0) - units);
      }
    }
  };
};

/** By limit: what is still to be counted, below zero where too much was. */
function openOf({ counter, keys }: LimitUse, head: ResponseHead): readonly number[] {
  return counter.limits.map(({ cost, settledBy }, index) => {
    const said = settledBy === undefined || keys[index] === undefined ? undefined : head.get(settledBy);
    return said === undefined || !COST.test(said) ? 0 : Number(said) - cost;
  });
}

/** A use of the limits of which there is something to take. */
function partOf(counter: LimitCounter, { keys }: LimitUse, units: readonly number[]): LimitUse | undefined {
  if (!units.some((one) => one > 0)) return undefined;
  return new LimitUse(
    counter,
    keys.map((key, index) => ((units[index] ?? 0) > 0 ? key : undefined)),
    undefined,
    units,
  );
}
