import { describe, expect, it } from 'vitest';
import { Wheel, type WheelEntry } from '../../../../../runtime/host/transport/direct/wheel.ts';

/** A wheel whose clock the test moves, and an entry that notes when it was looked at. */
function wheelAt(): {
  wheel: Wheel;
  go(to: number): void;
  entry(next: (now: number) => number | undefined): WheelEntry & { seen: number[] };
} {
  let now = 0;
  const wheel = new Wheel(10, () => now);
  return {
    wheel,
    go(to) {
      now = to;
      wheel.turn();
    },
    entry(next) {
      const seen: number[] = [];
      return {
        turn: -1,
        seen,
        check(at) {
          seen.push(at);
          return next(at);
        },
      };
    },
  };
}

describe('the wheel', () => {
  it('looks at an entry when it is due, and not before', () => {
    const { wheel, go, entry } = wheelAt();
    const one = entry(() => undefined);
    wheel.sooner(one, 35);
    for (const now of [10, 20, 30, 39, 40, 50, 60]) go(now);
    expect([one.seen, one.turn]).toEqual([[40], -1]);
  });

  it('looks again when the entry says so, and takes a past time for the next turn', () => {
    const { wheel, go, entry } = wheelAt();
    const one = entry((now) => (now < 30 ? now : 60));
    wheel.sooner(one, 0);
    for (const now of [10, 20, 30, 40, 50, 60]) go(now);
    expect(one.seen).toEqual([10, 20, 30, 60]);
  });

  it('moves an entry to an earlier turn, never to a later one', () => {
    const { wheel, go, entry } = wheelAt();
    const one = entry(() => undefined);
    wheel.sooner(one, 50);
    wheel.sooner(one, 20);
    wheel.sooner(one, 90);
    for (const now of [10, 20, 50, 90]) go(now);
    expect(one.seen).toEqual([20]);
  });

  it('reaches beyond one round, looking in between', () => {
    const { wheel, go, entry } = wheelAt();
    const one = entry((now) => (now < 5_000 ? 5_000 : undefined));
    wheel.sooner(one, 5_000);
    for (let now = 10; now <= 6_000; now += 10) go(now);
    expect(one.seen.at(-1)).toBe(5_000);
    expect(one.seen.length).toBeLessThan(10);
  });

  it('catches up after a pause of many rounds, once for each entry that is done', () => {
    const { wheel, go, entry } = wheelAt();
    const entries = [10, 500, 1_200].map((at) => {
      const one = entry(() => undefined);
      wheel.sooner(one, at);
      return one;
    });
    go(100_000);
    expect(entries.map(({ seen }) => seen.length)).toEqual([1, 1, 1]);
  });

  it('forgets an entry that is removed, also while it turns', () => {
    const { wheel, go, entry } = wheelAt();
    const second = entry(() => undefined);
    const first = entry(() => {
      wheel.remove(second);
      return undefined;
    });
    wheel.sooner(first, 10);
    wheel.sooner(second, 20);
    go(20);
    expect([first.seen.length, second.seen.length]).toEqual([1, 0]);
  });
});
