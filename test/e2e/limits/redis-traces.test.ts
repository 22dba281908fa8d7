import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RedisCall, RedisConnection, RedisSettings } from '../../../runtime/host/drivers.ts';
import { redis } from '../../../runtime/host/limits/redis/connection.ts';
import { RedisStore } from '../../../runtime/host/limits/redis/redis-store.ts';
import { GIVE_BACK } from '../../../runtime/host/limits/redis/scripts.ts';
import { redisScript } from '../../../runtime/host/redis-script.ts';
import { LimitUse } from '../../../runtime/limits/store.ts';
import { type LimitTrace, runTrace, tracedAlgorithms } from '../../support/limit-traces.ts';
import { testStore } from '../../support/limits.ts';
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

const TRACES = 60;

describe.skipIf(!hasRedis)('in Redis, each algorithm is its naive model', () => {
  let server: RedisServer;
  let connection: RedisConnection;
  let settings: RedisSettings;
  beforeAll(async () => {
    server = await RedisServer.start();
    settings = { nodes: [server.url], cluster: false, timeoutMs: 20_000 };
    connection = redis.connect(settings);
    await connection.opened;
    // Known from now on, so that no end of a request comes after the next one.
    await connection.run(timed(GIVE_BACK), ['none'], ['bucket', '1', '1', '']);
  });
  afterAll(async () => {
    connection?.close();
    await server?.[Symbol.asyncDispose]();
  });

  let traces = 0;
  /** Which requests were admitted, by a store of its own over the one connection. */
  const run = async (trace: LimitTrace): Promise<readonly boolean[]> => {
    const clock = { now: trace.startMs };
    const store = new RedisStore({
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
      instance: 'a-1',
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
});
