import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Limit, LimitOptions } from '../../../runtime/limits/limit.ts';
import { type LimitTrace, runTrace, tracedAlgorithms } from '../../support/limit-traces.ts';
import { limitFor, takeOne, testStore } from '../../support/limits.ts';

/** Requests at instants, in milliseconds from the first; which were admitted. */
function run(limit: Limit, gapsMs: readonly number[]): readonly boolean[] {
  const { store, pass } = testStore();
  return gapsMs.map((gap) => {
    pass(gap);
    return takeOne(store, [limit]).outcome === 'admitted';
  });
}

describe('seed traces', () => {
  it('RL-1: a bucket of 10, refilled by 2 a second', () => {
    const { store, pass } = testStore();
    const limit = limitFor({ kind: 'bucket', perMs: 5_000 }, 10);
    const take = (times: number): number => {
      let left = -1;
      for (let time = 0; time < times; time++) left = takeOne(store, [limit]).remaining[0] ?? -1;
      return left;
    };
    expect(take(3)).toBe(7);
    pass(1_000);
    expect(take(5)).toBe(4);
    pass(1_000);
    expect(take(1)).toBe(5);
  });

  it('RL-15: a limit of 100: 99 left, … 0 left, then refused', () => {
    const { store } = testStore();
    const limit = limitFor({ kind: 'bucket', perMs: 60_000 }, 100);
    const uses = Array.from({ length: 101 }, () => takeOne(store, [limit]));
    expect(uses.map(({ remaining }) => remaining[0])).toEqual([...Array.from({ length: 100 }, (_, index) => 99 - index), 0]);
    expect(uses.map(({ outcome }) => outcome)).toEqual([...Array.from({ length: 100 }, () => 'admitted'), 'refused']);
    expect(uses[100]?.resetMs[0]).toBe(600);
  });

  it('RL-6: 10 a second is one each 100 ms, 10 a minute one each 6 s', () => {
    expect(run(limitFor({ kind: 'bucket', perMs: 1_000, burst: 1 }, 10), [0, 99, 1, 100, 50])).toEqual([
      true,
      false,
      true,
      true,
      false,
    ]);
    expect(run(limitFor({ kind: 'bucket', perMs: 60_000, burst: 1 }, 10), [0, 5_999, 1])).toEqual([true, false, true]);
  });

  it('RL-2: twice the limit passes around the end of a window, never more', () => {
    const { store, clock, pass } = testStore();
    clock.wallMs = 1_795_000_000_000 + 59_999 - (1_795_000_000_000 % 60_000);
    const limit = limitFor({ kind: 'window', perMs: 60_000 }, 3);
    const outcomes = (): readonly string[] => [1, 2, 3, 4].map(() => takeOne(store, [limit]).outcome);
    expect(outcomes()).toEqual(['admitted', 'admitted', 'admitted', 'refused']);
    pass(1);
    expect(outcomes()).toEqual(['admitted', 'admitted', 'admitted', 'refused']);
  });
});

const gaps = fc.array(fc.oneof(fc.nat(50), fc.nat(5_000), fc.constant(0)), { minLength: 1, maxLength: 120 });
const amounts = fc.integer({ min: 1, max: 12 });

describe('each algorithm is its naive model', () => {
  it.each(tracedAlgorithms)('$name', async ({ traces, expected }) => {
    const run = async (trace: LimitTrace): Promise<readonly boolean[]> => {
      const { store, clock } = testStore();
      return await runTrace(trace, (at) => {
        clock.monotonicMs = at;
        clock.wallMs = at;
        const use = takeOne(store, [trace.limit]);
        return { admitted: use.outcome === 'admitted', end: () => use.end() };
      });
    };
    const property = fc.asyncProperty(traces, async (trace) => {
      expect(await run(trace)).toEqual(expected(trace));
    });
    await fc.assert(property);
  });

  it.each<[LimitOptions['rule']]>([
    [{ kind: 'bucket', perMs: 700 }],
    [{ kind: 'window', perMs: 700 }],
    [{ kind: 'sliding', perMs: 700 }],
    [{ kind: 'log', perMs: 700 }],
    [{ kind: 'quota', period: 'day', timezone: 'UTC' }],
  ])('whoever waits as long as a refusal says is admitted: %j', (rule) => {
    fc.assert(
      fc.property(gaps, amounts, fc.integer({ min: 1, max: 3 }), (gapsMs, amount, cost) => {
        const { store, pass } = testStore();
        const limit = limitFor(rule, amount, { cost: Math.min(cost, amount) });
        for (const gap of gapsMs) {
          pass(gap);
          const use = takeOne(store, [limit]);
          if (use.outcome === 'admitted') continue;
          pass(Math.ceil(use.resetMs[0] ?? 0));
          expect(takeOne(store, [limit]).outcome).toBe('admitted');
        }
      }),
    );
  });

  it('time that runs backwards gives nobody more', () => {
    const { store, clock } = testStore();
    const limit = limitFor({ kind: 'bucket', perMs: 1_000 }, 2);
    expect(takeOne(store, [limit]).outcome).toBe('admitted');
    expect(takeOne(store, [limit]).outcome).toBe('admitted');
    clock.monotonicMs -= 5_000;
    expect(takeOne(store, [limit]).outcome).toBe('refused');
    clock.monotonicMs += 5_000;
    expect(takeOne(store, [limit]).outcome).toBe('refused');
  });
});

describe('RL-4: a sliding counter beside the log that it stands for', () => {
  /** Milliseconds between requests that come by chance, so many in a second on average; the same in every run. */
  function* poisson(perSecond: number): Generator<number> {
    for (let state = 1; ; ) {
      state = (state * 48_271) % 2_147_483_647;
      yield (-Math.log(state / 2_147_483_647) * 1_000) / perSecond;
    }
  }

  it.each([5, 9, 10, 11, 20, 60])('admits as many, within a tenth, of %i requests a second where 10 may pass', (perSecond) => {
    const { store, pass } = testStore();
    const [counter, log] = (['sliding', 'log'] as const).map((kind) => limitFor({ kind, perMs: 10_000 }, 100, { id: kind }));
    const admitted = { counter: 0, log: 0 };
    let at = 0;
    for (const gapMs of poisson(perSecond)) {
      at += gapMs;
      if (at > 200_000) break;
      pass(gapMs);
      if (counter !== undefined && takeOne(store, [counter]).outcome === 'admitted') admitted.counter += 1;
      if (log !== undefined && takeOne(store, [log]).outcome === 'admitted') admitted.log += 1;
    }
    expect(Math.abs(admitted.counter - admitted.log) / admitted.log).toBeLessThan(0.1);
  });
});
