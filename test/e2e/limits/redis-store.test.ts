import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HeaderFields } from '../../../runtime/header-fields.ts';
import type { RedisSettings } from '../../../runtime/host/drivers.ts';
import { redis } from '../../../runtime/host/limits/redis/connection.ts';
import { RedisCounter } from '../../../runtime/host/limits/redis/redis-counter.ts';
import { RedisStore } from '../../../runtime/host/limits/redis/redis-store.ts';
import { GIVE_BACK } from '../../../runtime/host/limits/redis/scripts.ts';
import type { Limit, LimitOptions } from '../../../runtime/limits/limit.ts';
import { LimitUse } from '../../../runtime/limits/store.ts';
import { limitCosts } from '../../../runtime/policies/limit-costs.ts';
import { fakeEnv, fakeExchange } from '../../support/exchange.ts';
import { limitFor, testStore } from '../../support/limits.ts';
import { clusterKnows, hasCaughtUp, hasRedis, RedisServer, startCluster, startReplica } from '../../support/redis.ts';

const opened: RedisStore[] = [];
afterAll(() => {
  for (const store of opened.splice(0)) store.close();
});

async function storeOver(
  settings: Partial<RedisSettings> & Pick<RedisSettings, 'nodes'>,
  instance = 'a-1',
  monotonicMs?: () => number,
): Promise<{ readonly store: RedisStore; readonly faults: unknown[] }> {
  const opened = open(settings, instance, monotonicMs);
  await until(() => opened.store.parts.connection.ready);
  return opened;
}

/** A store that may not be ready yet. */
function open(
  settings: Partial<RedisSettings> & Pick<RedisSettings, 'nodes'>,
  instance = 'a-1',
  monotonicMs?: () => number,
): { readonly store: RedisStore; readonly faults: unknown[] } {
  const all: RedisSettings = { cluster: false, timeoutMs: 20_000, ...settings };
  const faults: unknown[] = [];
  const connection = redis.connect(all);
  const store = new RedisStore({
    connection,
    settings: all,
    local: testStore().store,
    instance,
    ...(monotonicMs === undefined ? {} : { monotonicMs }),
    fault: (error) => faults.push(error),
  });
  opened.push(store);
  return { store, faults };
}

async function until(wanted: () => boolean): Promise<void> {
  while (!wanted()) await new Promise(setImmediate);
}

async function take(
  store: RedisStore,
  limits: readonly Limit[],
  keys: readonly (string | undefined)[] = limits.map(() => 'k'),
): Promise<LimitUse> {
  const use = new LimitUse(store.prepare(limits), keys, undefined);
  await use.counter.take(use);
  return use;
}

const hour = 3_600_000;
let ids = 0;
const fresh = (rule: LimitOptions['rule'], amount: number, more: Partial<LimitOptions> = {}): Limit => {
  ids += 1;
  return limitFor(rule, amount, { id: `limit ${ids}`, name: `limit-${ids}`, ...more });
};

describe.skipIf(!hasRedis)('limits in one Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  it.each<[LimitOptions['rule']]>([
    [{ kind: 'bucket', perMs: hour }],
    [{ kind: 'window', perMs: 300 * 24 * hour }],
    [{ kind: 'sliding', perMs: 300 * 24 * hour }],
    [{ kind: 'log', perMs: hour }],
    [{ kind: 'quota', period: 'month', timezone: 'Europe/Berlin' }],
  ])('two instances admit the limit together, and not one more: %j', async (rule) => {
    const stores = [await storeOver({ nodes: [server.url] }), await storeOver({ nodes: [server.url] }, 'b-1')];
    const limit = fresh(rule, 50);
    const uses = await Promise.all(stores.flatMap(({ store }) => Array.from({ length: 100 }, () => take(store, [limit]))));
    expect(uses.filter(({ outcome }) => outcome === 'admitted')).toHaveLength(50);
    expect(uses.filter(({ outcome }) => outcome === 'refused')).toHaveLength(150);
    expect(stores.flatMap(({ faults }) => faults)).toEqual([]);
  });

  it.each<[LimitOptions['rule']]>([
    [{ kind: 'bucket', perMs: hour, burst: 7 }],
    [{ kind: 'window', perMs: 300 * 24 * hour }],
    [{ kind: 'sliding', perMs: 300 * 24 * hour }],
    [{ kind: 'log', perMs: hour }],
    [{ kind: 'quota', period: 'day', timezone: 'UTC' }],
    [{ kind: 'leaky', perMs: hour, queue: 3, maxDelayMs: 10 * hour }],
  ])('tells what memory tells: %j', async (rule) => {
    const { store } = await storeOver({ nodes: [server.url] });
    const { store: memory } = testStore({ wallMs: Date.now() });
    const limit = fresh(rule, 7, { cost: 2 });
    const counter = memory.prepare([limit]);
    for (let time = 0; time < 4; time++) {
      const theirs = await take(store, [limit]);
      const ours = new LimitUse(counter, ['k'], undefined);
      counter.take(ours);
      expect([theirs.outcome, theirs.remaining, theirs.exceeded]).toEqual([ours.outcome, ours.remaining, ours.exceeded]);
      if (rule.kind !== 'sliding' && rule.kind !== 'window')
        expect(Math.abs((theirs.resetMs[0] ?? 0) - (ours.resetMs[0] ?? 0))).toBeLessThan(60_000);
    }
  });

  it('RL-18: every key has a time to live, and its name says nothing of whom it counts', async () => {
    const { store } = await storeOver({ nodes: [server.url] });
    await take(store, [fresh({ kind: 'bucket', perMs: hour }, 9), fresh({ kind: 'log', perMs: hour }, 9)], ['alice', 'alice']);
    const keys = (await server.call('KEYS', 'gw:*')).split('\r\n').filter((line) => line.startsWith('gw:'));
    expect(keys.join(' ')).not.toContain('alice');
    for (const key of keys) expect(Number((await server.call('PTTL', key)).slice(1))).toBeGreaterThan(0);
  });

  it('RL-12: refused by one, counted by none', async () => {
    const { store } = await storeOver({ nodes: [server.url] });
    const limits = [fresh({ kind: 'bucket', perMs: hour }, 5), fresh({ kind: 'bucket', perMs: hour }, 1)];
    expect((await take(store, limits)).remaining).toEqual([4, 0]);
    expect(await take(store, limits)).toMatchObject({ outcome: 'refused', refusedBy: 1, remaining: [4, 0] });
    expect((await take(store, limits.slice(0, 1))).remaining).toEqual([3]);
  });

  it('RL-22: who is exhausted is refused without asking', async () => {
    const { store } = await storeOver({ nodes: [server.url] });
    const limit = fresh({ kind: 'bucket', perMs: hour }, 1);
    await take(store, [limit]);
    expect((await take(store, [limit])).outcome).toBe('refused');
    const before = await server.call('INFO', 'commandstats');
    const use = new LimitUse(store.prepare([limit]), ['k'], undefined);
    expect([use.counter.take(use), use.outcome, use.remaining]).toEqual([undefined, 'refused', [0]]);
    const calls = (info: string): string | undefined => /cmdstat_evalsha:calls=(\d+)/.exec(info)?.[1];
    expect(calls(await server.call('INFO', 'commandstats'))).toBe(calls(before));
  });

  it('RL-7: slots are free when the exchange has ended', async () => {
    const { store } = await storeOver({ nodes: [server.url] });
    const limit = fresh({ kind: 'concurrency', queue: 0, maxWaitMs: 0 }, 2);
    const [a] = [await take(store, [limit]), await take(store, [limit])];
    expect((await take(store, [limit])).outcome).toBe('refused');
    a?.end();
    while ((await take(store, [limit])).outcome !== 'admitted');
    expect((await take(store, [limit])).outcome).toBe('refused');
    expect([...store.slots.values()].map(({ size }) => size)).toEqual([2]);
  });

  it('what is given back can be taken again', async () => {
    const { store } = await storeOver({ nodes: [server.url] });
    for (const kind of ['bucket', 'window', 'sliding', 'log'] as const) {
      const limit = fresh({ kind, perMs: 300 * 24 * hour }, 1);
      const use = await take(store, [limit]);
      expect((await take(store, [limit])).outcome).toBe('refused');
      use.counter.giveBack(use);
      expect([kind, (await take(store, [limit])).outcome]).toEqual([kind, 'admitted']);
    }
  });

  it.each<[LimitOptions['rule']]>([
    [{ kind: 'bucket', perMs: hour }],
    [{ kind: 'window', perMs: 300 * 24 * hour }],
    [{ kind: 'sliding', perMs: 300 * 24 * hour }],
    [{ kind: 'quota', period: 'month', timezone: 'UTC' }],
  ])('RL-9: what an answer has cost is made up for, or given back: %j', async (rule) => {
    const { store } = await storeOver({ nodes: [server.url] });
    const limit = fresh(rule, 10, { cost: 2, settledBy: 'x-cost' });
    const settle = limitCosts({}, { ...fakeEnv, limits: store });
    const left: (number | undefined)[] = [];
    for (const cost of ['5', '1', '20']) {
      const exchange = fakeExchange();
      exchange.limits = await take(store, [limit]);
      const head = new HeaderFields(200);
      head.set('x-cost', cost);
      settle(exchange, head);
      left.push(exchange.limits.remaining[0]);
    }
    expect(left).toEqual([5, 4, 0]);
    expect((await take(store, [limit])).outcome).toBe('refused');
  });

  it('RL-20: knows how many instances there are', async () => {
    // In a database of their own: the stores of other tests are alive too.
    const nodes = [`${server.url}/1`];
    const [{ store: one }, { store: two }] = [await storeOver({ nodes }, 'x-1'), await storeOver({ nodes }, 'y-1')];
    while (one.instances !== 2 || two.instances !== 2) {
      one.beat();
      two.beat();
      await new Promise(setImmediate);
    }
  });
});

describe.skipIf(!hasRedis)('leased limits (RL-21)', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  const calls = async (): Promise<number> =>
    Number(/cmdstat_evalsha:calls=(\d+)/.exec(await server.call('INFO', 'commandstats'))?.[1] ?? 0);
  const left = async (store: RedisStore, limit: Limit): Promise<number | undefined> =>
    (await take(store, [{ ...limit, cost: 0, refuses: false }])).remaining[0];

  it.each<[LimitOptions['rule']]>([
    [{ kind: 'bucket', perMs: 300 * 24 * hour }],
    [{ kind: 'window', perMs: 300 * 24 * hour }],
    [{ kind: 'sliding', perMs: 300 * 24 * hour }],
    [{ kind: 'quota', period: 'month', timezone: 'UTC' }],
  ])('are admitted together, and not one more, and most requests ask nobody: %j', async (rule) => {
    const frozen = (): number => 1_000;
    const stores = [
      await storeOver({ nodes: [server.url] }, 'a-1', frozen),
      await storeOver({ nodes: [server.url] }, 'b-1', frozen),
    ];
    const limit = fresh(rule, 4_000, { leased: true });
    const before = await calls();
    let admitted = 0;
    const work = stores.map(async ({ store }) => {
      store.instances = 2;
      for (let time = 0; time < 3_000; time++) if ((await take(store, [limit])).outcome === 'admitted') admitted += 1;
    });
    await Promise.all(work);
    expect(admitted).toBe(4_000);
    // A script call for each 200 at most, but for the beginning, the end, and what each asks until it knows that it is over.
    expect((await calls()) - before).toBeLessThan(100);
    expect(stores.flatMap(({ faults }) => faults)).toEqual([]);
  });

  it('come back when nobody uses them', async () => {
    const clock = { now: 1_000 };
    const { store } = await storeOver({ nodes: [server.url] }, 'a-1', () => clock.now);
    const limit = fresh({ kind: 'quota', period: 'month', timezone: 'UTC' }, 1_000, { leased: true });
    for (let time = 0; time < 10; time++) expect((await take(store, [limit])).outcome).toBe('admitted');
    expect(await left(store, limit)).toBeLessThan(990);
    clock.now += 800;
    while ((await left(store, limit)) !== 990);
  });

  it('are asked for one by one where a tenth is not enough, and with others that are exact', async () => {
    const { store } = await storeOver({ nodes: [server.url] });
    const small = fresh({ kind: 'bucket', perMs: hour }, 9, { leased: true });
    for (let time = 0; time < 9; time++) expect((await take(store, [small])).remaining).toEqual([8 - time]);
    expect((await take(store, [small])).outcome).toBe('refused');
    const [leased, exact] = [
      fresh({ kind: 'bucket', perMs: hour }, 1_000, { leased: true }),
      fresh({ kind: 'bucket', perMs: hour }, 5),
    ];
    for (let time = 0; time < 5; time++) expect((await take(store, [leased, exact])).remaining).toEqual([999 - time, 4 - time]);
    expect((await take(store, [leased, exact])).refusedBy).toBe(1);
    expect(await left(store, leased)).toBe(995);
  });

  it('are given back by a request that goes no further', async () => {
    const { store } = await storeOver({ nodes: [server.url] }, 'a-1', () => 1_000);
    const limit = fresh({ kind: 'window', perMs: 300 * 24 * hour }, 100, { leased: true });
    let admitted = 0;
    for (let time = 0; time < 300; time++) {
      const use = await take(store, [limit]);
      if (use.outcome !== 'admitted') continue;
      if (time % 2 === 0) use.counter.giveBack(use);
      else admitted += 1;
    }
    while ((await take(store, [limit])).outcome === 'admitted') admitted += 1;
    expect(admitted).toBe(100);
  });

  it('go on without Redis as each limit says', async () => {
    await using other = await RedisServer.start();
    const { store } = await storeOver({ nodes: [other.url] });
    const limit = fresh({ kind: 'bucket', perMs: hour }, 1_000, { leased: true, onStoreFailure: 'closed' });
    await take(store, [limit]);
    await other.kill();
    await until(() => !store.parts.connection.ready);
    const outcomes = new Set<string>();
    while (!outcomes.has('unavailable')) outcomes.add((await take(store, [limit])).outcome);
    expect(outcomes.has('refused')).toBe(false);
  });
});

describe.skipIf(!hasRedis)('Redis that is away (RL-20)', () => {
  it.each([
    ['local', ['admitted', 'admitted', 'refused']],
    ['open', ['admitted', 'admitted', 'admitted']],
    ['closed', ['unavailable', 'unavailable', 'unavailable']],
  ] as const)('%s', async (onStoreFailure, outcomes) => {
    await using server = await RedisServer.start();
    const { store, faults } = await storeOver({ nodes: [server.url] });
    const limit = fresh({ kind: 'bucket', perMs: hour }, 2, { onStoreFailure });
    await server.kill();
    await until(() => !store.parts.connection.ready);
    const found = [];
    for (let time = 0; time < 3; time++) found.push((await take(store, [limit])).outcome);
    expect(found).toEqual(outcomes);
    await server.start();
    await until(() => store.parts.connection.ready);
    expect((await take(store, [limit])).outcome).toBe('admitted');
    expect(faults).toEqual([]);
  });

  it('is told of the quotas that were counted without it', async () => {
    await using server = await RedisServer.start();
    const { store } = await storeOver({ nodes: [server.url] });
    const limit = fresh({ kind: 'quota', period: 'month', timezone: 'UTC' }, 10, { cost: 2 });
    await server.kill();
    await until(() => !store.parts.connection.ready);
    const uses = [await take(store, [limit]), await take(store, [limit]), await take(store, [limit])];
    expect(uses.map(({ outcome, remaining }) => [outcome, remaining[0]])).toEqual([8, 6, 4].map((left) => ['admitted', left]));
    uses[1]?.counter.giveBack(uses[1]);
    await server.start();
    await until(() => store.parts.connection.ready);
    const { store: other } = await storeOver({ nodes: [server.url] }, 'b-1');
    expect((await take(other, [limit])).remaining).toEqual([8]);
    // The first answer shows that Redis is back.
    await take(store, [fresh({ kind: 'bucket', perMs: hour }, 1)]);
    while ((await take(other, [{ ...limit, cost: 0 }])).remaining[0] !== 4);
    expect(store.owed.size).toBe(0);
  });

  it('one that hangs costs a few requests their time, and is asked again later', async () => {
    await using server = await RedisServer.start();
    const { store } = await storeOver({ nodes: [server.url], timeoutMs: 30 });
    const limit = fresh({ kind: 'bucket', perMs: hour }, 1_000_000);
    server.signal('SIGSTOP');
    for (let time = 0; time < 5; time++) expect((await take(store, [limit])).outcome).toBe('admitted');
    const use = new LimitUse(store.prepare([limit]), ['k'], undefined);
    expect([use.counter.take(use), use.outcome]).toEqual([undefined, 'admitted']);
    server.signal('SIGCONT');
    expect(store.breaker.isOpen).toBe(true);
    while (store.breaker.isOpen) expect((await take(store, [limit])).outcome).toBe('admitted');
  });
});

describe.skipIf(!hasRedis)('limits in a Redis behind Sentinels', () => {
  it('are counted by the master', async () => {
    await using master = await RedisServer.start();
    await using sentinel = await RedisServer.sentinelOf(master);
    const { store, faults } = await storeOver({ nodes: [sentinel.url], sentinel: 'main' });
    const limit = fresh({ kind: 'bucket', perMs: hour }, 2);
    const outcomes = [];
    for (let time = 0; time < 3; time++) outcomes.push((await take(store, [limit])).outcome);
    expect([outcomes, faults]).toEqual([['admitted', 'admitted', 'refused'], []]);
    expect(await master.call('KEYS', 'gw:{*')).toContain('gw:{');
    store.close();
  });
});

const SLOTS = 16_384;

describe.skipIf(!hasRedis)('limits in a Redis Cluster', () => {
  let servers: readonly RedisServer[] = [];
  beforeAll(async () => {
    servers = await startCluster(SLOTS - 1);
  });
  afterAll(async () => {
    for (const server of servers) await server[Symbol.asyncDispose]();
  });

  it('are counted here until every slot has a node', async () => {
    const [first, , last] = servers;
    const { store, faults } = open({ nodes: [first?.url ?? ''], cluster: true });
    const { connection } = store.parts;
    const limit = fresh({ kind: 'bucket', perMs: hour }, 2);
    const outcomes = [];
    // The nodes are asked again and again.
    const maps = async (): Promise<number> => {
      const infos = await Promise.all(servers.map((server) => server.call('INFO', 'commandstats')));
      return infos.reduce((sum, info) => sum + Number(/cmdstat_cluster\|slots:calls=(\d+)/.exec(info)?.[1] ?? 0), 0);
    };
    const before = await maps();
    while ((await maps()) < before + 3);
    for (let time = 0; time < 3; time++) outcomes.push((await take(store, [limit, limit], ['a', 'b'])).outcome);
    await expect(connection.run(GIVE_BACK, ['gw:{a}:none'], ['bucket', '1', '1', ''])).rejects.toThrow('cannot be asked');
    expect([outcomes, connection.ready, faults]).toEqual([['admitted', 'admitted', 'refused'], false, []]);
    await last?.call('CLUSTER', 'ADDSLOTS', String(SLOTS - 1));
    await connection.opened;
    await clusterKnows(servers, SLOTS);
    expect([connection.ready, (await take(store, [limit])).outcome]).toEqual([true, 'admitted']);
  });

  it('keys in several slots are one decision: what was taken is given back', async () => {
    const { store, faults } = await storeOver({ nodes: servers.map(({ url }) => url), cluster: true });
    // Every node learns the script first, so that nothing is given back late.
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        store.parts.connection.run(GIVE_BACK, [`gw:{${index}}:none`], ['bucket', '1', '1', '']),
      ),
    );
    const [narrow, wide] = [fresh({ kind: 'bucket', perMs: hour }, 3), fresh({ kind: 'bucket', perMs: hour }, 100)];
    const uses = await Promise.all(
      Array.from({ length: 20 }, (_, index) => take(store, [wide, narrow], [`caller ${index}`, 'everybody'])),
    );
    expect(uses.filter(({ outcome }) => outcome === 'admitted')).toHaveLength(3);
    const refused = uses.findIndex(({ outcome }) => outcome === 'refused');
    const left = await take(store, [wide], [`caller ${refused}`]);
    expect([left.remaining, faults]).toEqual([[99], []]);
  });

  it('a replica that takes the place of its master under load goes on where that stood', async () => {
    const master = servers[2];
    if (master === undefined) throw new Error('There is a third master.');
    const nodes = servers.map(({ url }) => url);
    await using replica = await startReplica(servers, master);
    for (const server of [...servers, replica]) await server.call('CONFIG', 'SET', 'cluster-node-timeout', '1000');
    const { store } = await storeOver({ nodes, cluster: true });
    const [used, many] = [fresh({ kind: 'bucket', perMs: hour }, 1), fresh({ kind: 'bucket', perMs: hour }, 1_000_000)];
    const keys = Array.from({ length: 20 }, (_, index) => `caller ${index}`);
    await Promise.all(keys.map((key) => take(store, [used], [key])));
    await hasCaughtUp(replica, master);

    const { store: loaded, faults } = await storeOver({ nodes, cluster: true, timeoutMs: 50 }, 'b-1');
    const outcomes = new Set<string>();
    let loading = true;
    const load = keys.slice(0, 8).map(async (key) => {
      while (loading) {
        outcomes.add((await take(loaded, [many], [key])).outcome);
        await new Promise(setImmediate);
      }
    });
    await master.kill();
    while (!(await replica.call('ROLE')).includes('master'));
    // Decided by the Cluster, not by this process for want of it.
    const { store: later } = await storeOver({ nodes, cluster: true, timeoutMs: 500 }, 'c-1');
    const exact = new RedisCounter(later, [used]);
    for (const key of keys) {
      let use: LimitUse;
      do {
        use = new LimitUse(exact, [key], undefined);
      } while (!(await exact.ask(use)));
      expect(use.outcome).toBe('refused');
    }
    const known = new RedisCounter(loaded, [many]);
    for (const key of keys) while (!(await known.ask(new LimitUse(known, [key], undefined))));
    loading = false;
    await Promise.all(load);
    expect([[...outcomes], [...new Set(faults.map(String))]]).toEqual([['admitted'], []]);
    for (const one of [store, loaded, later]) one.close();
  });

  it('one master that dies leaves the others exact', async () => {
    const { store } = await storeOver({ nodes: servers.map(({ url }) => url), cluster: true, timeoutMs: 100 });
    await servers[1]?.kill();
    const limit = fresh({ kind: 'bucket', perMs: hour }, 2);
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const found = [];
        for (let time = 0; time < 3; time++) found.push((await take(store, [limit], [`key ${index}`])).outcome);
        return found.join(' ');
      }),
    );
    // Those of the dead master are counted here; none is an error.
    expect(new Set(outcomes.flatMap((text) => text.split(' ')))).toEqual(new Set(['admitted', 'refused']));
  });
});
