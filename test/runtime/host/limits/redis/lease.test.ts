import { describe, expect, it } from 'vitest';
import { Lease, type LeaseOwner } from '../../../../../runtime/host/limits/redis/lease.ts';
import { TimerWheel } from '../../../../../runtime/host/timer-wheel.ts';

function lease(): { readonly lease: Lease; readonly clock: { now: number }; readonly told: (string | number)[] } {
  const clock = { now: 1_000 };
  const told: (string | number)[] = [];
  const owner: LeaseOwner = {
    wheel: new TimerWheel(() => clock.now),
    now: () => clock.now,
    over: ({ key }) => told.push(key),
    unused: (_, units) => told.push(units),
  };
  return { lease: new Lease(owner, 'k'), clock, told };
}

describe('a lease (RL-21)', () => {
  it('grows to its share of what may be used at once', () => {
    const { lease: one } = lease();
    const times = (most: number, holders: number, isThere = true): number[] =>
      Array.from({ length: 6 }, () => {
        const now = one.timesOf(most, holders);
        one.asked(isThere);
        return now;
      });
    expect(times(1_000, 5)).toEqual([1, 2, 4, 8, 16, 20]);
    expect(times(1_000, 5, false)).toEqual([20, 10, 5, 2, 1, 1]);
    expect(times(9, 1)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('is asked for by one request at a time', () => {
    const { lease: one } = lease();
    one.timesOf(1_000, 1);
    one.asked(true);
    one.asking = true;
    expect(one.timesOf(1_000, 1)).toBe(1);
    one.asking = false;
    expect(one.timesOf(1_000, 1)).toBe(2);
  });

  it('holds for a second, and never beyond its window', () => {
    const { lease: one, clock } = lease();
    one.fill(5, 90, 3_600_000, clock.now);
    expect([one.use(2), one.remaining, one.resetMs]).toEqual([true, 93, 3_600_000]);
    clock.now += 999;
    expect(one.use(1)).toBe(true);
    clock.now += 1;
    expect([one.use(1), one.remaining]).toEqual([false, 90]);
    one.fill(5, 90, 300, clock.now);
    clock.now += 299;
    expect(one.use(1)).toBe(true);
    clock.now += 1;
    expect(one.use(1)).toBe(false);
    // What is left of the window before is not added to that of the next.
    one.fill(1, 99, 300, clock.now);
    expect([one.use(1), one.use(1)]).toEqual([true, false]);
  });

  it('gives back what nobody used while it still counts, and is forgotten when it is not used', () => {
    const { lease: one, clock, told } = lease();
    one.fill(5, 90, 3_600_000, clock.now);
    one.use(2);
    clock.now += 750;
    one.due(clock.now);
    expect([told, one.use(1)]).toEqual([[3], false]);
    clock.now += 1_000;
    one.due(clock.now);
    expect(told).toEqual([3, 'k']);
    // Too late: Redis would take it for the next window's.
    one.fill(5, 90, 3_600_000, clock.now);
    clock.now += 1_001;
    one.due(clock.now);
    expect(told).toEqual([3, 'k', 'k']);
  });

  it('takes back what a refused request had used', () => {
    const { lease: one, clock } = lease();
    one.fill(2, 0, 3_600_000, clock.now);
    expect([one.use(2), one.use(2)]).toEqual([true, false]);
    one.giveBack(2);
    expect(one.use(2)).toBe(true);
  });
});
