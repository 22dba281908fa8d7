import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RedisCall, RedisConnection, RedisSettings } from '../../../runtime/host/drivers.ts';
import { redis } from '../../../runtime/host/limits/redis/connection.ts';
import { RedisStore } from '../../../runtime/host/limits/redis/redis-store.ts';
import { GIVE_BACK, RENEW } from '../../../runtime/host/limits/redis/scripts.ts';
import { redisScript } from '../../../runtime/host/redis-script.ts';
import { LimitUse } from '../../../runtime/limits/store.ts';
import { type LimitTrace, runTrace, tracedAlgorithms } from '../../support/limit-traces.ts';
import { limitFor, testStore } from '../../support/limits.ts';
import { hasRedis, RedisServer } from '../../support/redis.ts';

/**
 * The same script by a clock of ours, which comes last among its values. Nothing expires: that would go by the clock of Redis, and what
 * has expired must count as nothing anyway.
 */
function timed({ text }: RedisCall): RedisCall {
  const clock = '{ tonumber(ARGV[#ARGV - 1]), tonumber(ARGV[#ARGV]) }';
  const stays = text.replace("redis.call('PEXPIRE', one[2], one[3])", "redis.call('PERSIST', one[2])");
  return redisScript(stays.replace("redis.call('TIME')", clock));
}

const TRACES = 40;

describe.skipIf(!hasRedis)('in Redis, each algorithm is its naive model', () => {
  let server: RedisServer;
  let connection: RedisConnection;
  let settings: RedisSettings;
  beforeAll(async () => {
    server = await RedisServer.start();
    settings = { nodes: [server.url], cluster: false, timeoutMs: 20_000 };
    connection = redis.connect(settings);
    await connection.opened;
    // Known from now on, so that none comes after what is asked later.
    await connection.run(timed(GIVE_BACK), ['none'], ['bucket', '1', '1', '']);
    await connection.run(timed(RENEW), ['none'], ['0', '0']);
  });
  afterAll(async () => {
    connection?.close();
    await server?.[Symbol.asyncDispose]();
  });

  /** A store over the one connection, by this clock. */
  const storeAt = (clock: { readonly now: number }, instance = 'a-1'): RedisStore =>
    new RedisStore({
      connection: {
        opened: connection.opened,
        ready: true,
        run: ({ text, sha }, keys, values) => {
          const time = [Math.floor(clock.now / 1_000), (clock.now % 1_000) * 1_000].map(String);
          return connection.run(timed({ text, sha }), keys, [...values, ...time]);
        },
        close: () => undefined,
      },
      settings,
      local: testStore().store,
      instance,
      wallMs: () => clock.now,
      monotonicMs: () => clock.now,
      fault: (error) => {
        throw error;
      },
      watch: {
        missed: () => {
          throw new Error('Counted without Redis.');
        },
        away: () => undefined,
      },
    });

  let traces = 0;
  /** Which requests were admitted. */
  const run = async (trace: LimitTrace): Promise<readonly boolean[]> => {
    const clock = { now: trace.startMs };
    const store = storeAt(clock);
    traces += 1;
    const counter = store.prepare([{ ...trace.limit, id: `trace ${traces}` }]);
    const admitted = await runTrace(trace, async (at) => {
      clock.now = at;
      const use = new LimitUse(counter, ['k'], undefined);
      await counter.take(use);
      return { admitted: use.outcome === 'admitted', end: () => use.end() };
    });
    store.close();
    return admitted;
  };

  it.each(tracedAlgorithms)('$name', async ({ traces, expected }) => {
    const property = fc.asyncProperty(traces, async (trace) => {
      expect(await run(trace)).toEqual(expected(trace));
    });
    await fc.assert(property, { numRuns: TRACES });
  });

  it('RL-7: a slot of a process that was killed is free after 15 s, one of a process that lives is not', async () => {
    const clock = { now: Date.parse('2026-11-23T00:00:00Z') };
    const [killed, living] = [storeAt(clock, 'killed-1'), storeAt(clock, 'living-1')];
    const limits = [limitFor({ kind: 'concurrency', queue: 0, maxWaitMs: 0 }, 1, { id: 'slots' })];
    const take = async (store: RedisStore): Promise<LimitUse['outcome']> => {
      const use = new LimitUse(store.prepare(limits), ['k'], undefined);
      await use.counter.take(use);
      return use.outcome;
    };
    expect(await take(killed)).toBe('admitted');
    clock.now += 14_999;
    living.beat();
    expect(await take(living)).toBe('refused');
    clock.now += 1;
    expect(await take(living)).toBe('admitted');
    // Whoever was only stalled does not take the slot back.
    killed.beat();
    for (let beats = 0; beats < 4; beats++) {
      clock.now += 5_000;
      living.beat();
      expect([await take(killed), [...living.slots.values()].map(({ size }) => size)]).toEqual(['refused', [1]]);
    }
    for (const store of [killed, living]) store.close();
  });
});
