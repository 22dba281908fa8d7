import { describe, expect, it } from 'vitest';
import { SharedValues } from '../../../../runtime/host/operators/shared-values.ts';

describe('what other instances have revoked (JW-8)', () => {
  it('is unknown when Redis was not heard for ten seconds, or never, until it is heard again', async () => {
    const state = { ms: 0, isUp: false, stale: [] as boolean[] };
    const shared = new SharedValues({
      // No change was made so far.
      connection: { run: () => (state.isUp ? Promise.resolve(0) : Promise.reject(new Error('down'))) },
      gateway: 'shop',
      local: () => new Map(),
      apply: () => undefined,
      later: () => () => undefined,
      now: () => state.ms,
      stale: (isStale) => void state.stale.push(isStale),
      say: () => undefined,
    });
    const lookAt = async (ms: number, isUp: boolean): Promise<readonly boolean[]> => {
      state.ms = ms;
      state.isUp = isUp;
      await shared.look();
      return state.stale.splice(0);
    };
    expect(await lookAt(0, false)).toEqual([true]);
    expect(await lookAt(1_000, false)).toEqual([]);
    expect(await lookAt(2_000, true)).toEqual([false]);
    expect(await lookAt(11_999, false)).toEqual([]);
    expect(await lookAt(12_000, false)).toEqual([true]);
    expect(await lookAt(13_000, true)).toEqual([false]);
  });
});
