import { afterEach, describe, expect, it } from 'vitest';
import type { RedisConnection } from '../../../../../runtime/host/drivers.ts';
import { RedisStore } from '../../../../../runtime/host/limits/redis/redis-store.ts';
import type { LimitOptions } from '../../../../../runtime/limits/limit.ts';
import { LimitUse } from '../../../../../runtime/limits/store.ts';
import { limitFor, testStore } from '../../../../support/limits.ts';

const opened: RedisStore[] = [];
afterEach(() => {
  for (const store of opened.splice(0)) store.close();
});

/** Over a connection whose every call fails in this way. */
function storeOver(run: RedisConnection['run']): { readonly store: RedisStore; readonly faults: unknown[] } {
  const faults: unknown[] = [];
  const store = new RedisStore({
    connection: { opened: Promise.resolve(), ready: true, run, close: () => undefined },
    settings: { nodes: ['redis://one'], cluster: true, timeoutMs: 20_000 },
    local: testStore().store,
    instance: 'a-1',
    fault: (error) => faults.push(error),
  });
  opened.push(store);
  return { store, faults };
}

describe('RL-20: a store that fails is a store that is away', () => {
  const thrown = new TypeError("Cannot read properties of undefined (reading 'join')");
  it.each<[string, RedisConnection['run']]>([
    [
      'throws',
      () => {
        throw thrown;
      },
    ],
    ['rejects', () => Promise.reject(thrown)],
  ])('one that %s', async (_, run) => {
    const { store, faults } = storeOver(run);
    const outcomes = async (onStoreFailure: LimitOptions['onStoreFailure']): Promise<readonly string[]> => {
      const limits = ['one', 'two'].map((id) => limitFor({ kind: 'bucket', perMs: 3_600_000 }, 2, { id, onStoreFailure }));
      const counter = store.prepare(limits);
      const found = [];
      for (let time = 0; time < 3; time++) {
        const use = new LimitUse(counter, ['a', 'b'], undefined);
        await counter.take(use);
        use.end();
        found.push(use.outcome);
      }
      return found;
    };
    expect(await outcomes('local')).toEqual(['admitted', 'admitted', 'refused']);
    expect(await outcomes('open')).toEqual(['admitted', 'admitted', 'admitted']);
    expect(await outcomes('closed')).toEqual(['unavailable', 'unavailable', 'unavailable']);
    store.beat();
    expect(new Set(faults)).toEqual(new Set([thrown]));
  });
});
