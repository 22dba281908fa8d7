/** What a decision over limits costs, one thread and two: `node test/bench/limits.ts`. Nanoseconds; the least of several runs. */
import { Worker } from 'node:worker_threads';
import { threadClocks } from '../../runtime/host/limits/clocks.ts';
import { limitBytes, limitMemory } from '../../runtime/host/limits/layout.ts';
import { MemoryStore } from '../../runtime/host/limits/memory-store.ts';
import { redis } from '../../runtime/host/limits/redis/connection.ts';
import { RedisStore } from '../../runtime/host/limits/redis/redis-store.ts';
import { TAKE_ARGUMENTS } from '../../runtime/host/limits/redis/scripts.ts';
import { redisScript } from '../../runtime/host/redis-script.ts';
import { allocateShared } from '../../runtime/host/shared.ts';
import type { Limit } from '../../runtime/limits/limit.ts';
import { LimitUse } from '../../runtime/limits/store.ts';
import type { LimitWork } from '../support/limit-worker.ts';
import { limitFor } from '../support/limits.ts';
import { hasRedis, RedisServer } from '../support/redis.ts';

const ASKS = 300_000;
const RUNS = 7;
const KEYS = Array.from({ length: 10_000 }, (_, index) => `192.0.${index >> 8}.${index & 255}`);

const bucket = limitFor({ kind: 'bucket', perMs: 1_000 }, 1_000_000_000, { id: 'bucket' });
const refused = limitFor({ kind: 'bucket', perMs: 86_400_000 }, 1, { id: 'refused' });
const cases: readonly (readonly [name: string, limits: readonly Limit[]])[] = [
  ['token bucket', [bucket]],
  ['token bucket, refused', [refused]],
  ['fixed window', [limitFor({ kind: 'window', perMs: 1_000 }, 1_000_000_000)]],
  ['sliding window', [limitFor({ kind: 'sliding', perMs: 1_000 }, 1_000_000)]],
  ['sliding log of 100', [limitFor({ kind: 'log', perMs: 1 }, 100)]],
  ['concurrency, with its end', [limitFor({ kind: 'concurrency', queue: 0, maxWaitMs: 0 }, 1_000)]],
  ['quota', [limitFor({ kind: 'quota', period: 'month', timezone: 'Europe/Berlin' }, 1_000_000_000)]],
  [
    'bucket, quota and concurrency',
    [
      bucket,
      limitFor({ kind: 'quota', period: 'day', timezone: 'UTC' }, 1_000_000_000),
      limitFor({ kind: 'concurrency', queue: 0, maxWaitMs: 0 }, 1_000),
    ],
  ],
];

function nanoseconds(limits: readonly Limit[]): number {
  const memory = limitMemory(allocateShared(new Map([['limits', limitBytes(1)]])), 1);
  const counter = new MemoryStore(memory, 1, threadClocks()).prepare(limits);
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run++) {
    const began = performance.now();
    for (let ask = 0; ask < ASKS; ask++) {
      const key = KEYS[ask % KEYS.length] ?? '';
      const use = new LimitUse(counter, limits.length === 1 ? [key] : limits.map(() => key), undefined);
      counter.take(use);
      use.end();
    }
    best = Math.min(best, ((performance.now() - began) * 1e6) / ASKS);
  }
  return best;
}

/** Both threads ask for one key. */
async function contended(): Promise<number> {
  const shared = allocateShared(new Map([['limits', limitBytes(2)]]));
  const together = { count: new Int32Array(new SharedArrayBuffer(4)), of: 3 };
  const asks = 1_000_000;
  const ends = [1, 2].map((thread) => {
    const workerData: LimitWork = { shared, threads: 2, thread, entries: 262_144, limits: [bucket], hold: 0, asks, together };
    const worker = new Worker(new URL('../support/limit-worker.ts', import.meta.url), { workerData });
    return new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  });
  while (Atomics.load(together.count, 0) < 2) await new Promise(setImmediate);
  const began = performance.now();
  Atomics.add(together.count, 0, 1);
  await Promise.all(ends);
  return ((performance.now() - began) * 1e6) / asks;
}

/** A store over a Redis of its own. */
async function storeOver(server: RedisServer): Promise<RedisStore> {
  const settings = { nodes: [server.url], cluster: false, timeoutMs: 1_000 };
  const connection = redis.connect(settings);
  const memory = limitMemory(allocateShared(new Map([['limits', limitBytes(1)]])), 1);
  const local = new MemoryStore(memory, 1, threadClocks());
  const store = new RedisStore({ connection, settings, local, instance: 'bench', fault: () => undefined });
  await connection.opened;
  return store;
}

/** CPU time of this process for a decision in Redis, and how long 64 at once take. Microseconds. */
async function overRedis(limits: readonly Limit[]): Promise<{ readonly cpu: number; readonly batch: number }> {
  await using server = await RedisServer.start();
  const store = await storeOver(server);
  const counter = store.prepare(limits);
  const batch = async (number: number): Promise<void> => {
    const uses = Array.from(
      { length: 64 },
      (_, at) =>
        new LimitUse(
          counter,
          limits.map(() => KEYS[(64 * number + at) % KEYS.length]),
          undefined,
        ),
    );
    await Promise.all(uses.map((use) => counter.take(use)));
  };
  for (let number = 0; number < 100; number++) await batch(number);
  const batches = 400;
  const [cpu, began] = [process.cpuUsage(), performance.now()];
  for (let number = 0; number < batches; number++) await batch(number);
  const { user, system } = process.cpuUsage(cpu);
  store.close();
  return { cpu: (user + system) / (64 * batches), batch: ((performance.now() - began) * 1_000) / batches };
}

/** CPU time of this process for a call that decides nothing, as large and as many at once: the part of ioredis. Microseconds. */
async function client(): Promise<number> {
  await using server = await RedisServer.start();
  const connection = redis.connect({ nodes: [server.url], cluster: false, timeoutMs: 1_000 });
  await connection.opened;
  const nothing = redisScript('return { 1, 1, 1, 1, 1 }');
  const values = Array.from({ length: TAKE_ARGUMENTS }, () => '1000000000');
  const batch = async (): Promise<void> => {
    await Promise.all(Array.from({ length: 64 }, (_, at) => connection.run(nothing, [`gw:{${at}}:bench`], values)));
  };
  for (let number = 0; number < 100; number++) await batch();
  const batches = 400;
  const cpu = process.cpuUsage();
  for (let number = 0; number < batches; number++) await batch();
  const { user, system } = process.cpuUsage(cpu);
  connection.close();
  return (user + system) / (64 * batches);
}

/** CPU time of this process for a decision that is leased, one after the other for 64 callers, and how many of them ask Redis. */
async function ahead(limit: Limit): Promise<{ readonly cpu: number; readonly asked: number }> {
  await using server = await RedisServer.start();
  const store = await storeOver(server);
  const counter = store.prepare([limit]);
  let asked = 0;
  const ask = async (number: number): Promise<void> => {
    const use = new LimitUse(counter, [KEYS[number % 64]], undefined);
    const waits = counter.take(use);
    if (waits === undefined) return;
    asked += 1;
    await waits;
  };
  for (let number = 0; number < 10_000; number++) await ask(number);
  asked = 0;
  const cpu = process.cpuUsage();
  for (let number = 0; number < ASKS; number++) await ask(number);
  const { user, system } = process.cpuUsage(cpu);
  store.close();
  return { cpu: (user + system) / ASKS, asked: asked / ASKS };
}

for (const [name, limits] of cases) process.stdout.write(`${name.padEnd(32)} ${nanoseconds(limits).toFixed(0).padStart(5)} ns\n`);
process.stdout.write(`${'two threads, one key, each'.padEnd(32)} ${(await contended()).toFixed(0).padStart(5)} ns\n`);
if (hasRedis) {
  const { cpu, batch } = await overRedis([bucket]);
  process.stdout.write(
    `${'token bucket in Redis, CPU'.padEnd(32)} ${cpu.toFixed(1).padStart(5)} us, 64 at once in ${batch.toFixed(0)} us\n`,
  );
  process.stdout.write(`${'of which ioredis, CPU'.padEnd(32)} ${(await client()).toFixed(1).padStart(5)} us\n`);
  const leased = await ahead({ ...bucket, leased: true });
  process.stdout.write(
    `${'the same leased, CPU'.padEnd(32)} ${leased.cpu.toFixed(2).padStart(5)} us, ${(100 * leased.asked).toFixed(2)} % ask Redis\n`,
  );
}
