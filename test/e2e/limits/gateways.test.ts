import { beforeAll, describe, expect, it } from 'vitest';
import { asAdmin } from '../../support/gateway.ts';
import { hasRedis, RedisServer } from '../../support/redis.ts';
import { buildText } from '../host/support/bundle.ts';
import { GatewayRun } from '../host/support/process.ts';

const operation = (limits: object) => ({
  get: { responses: { 200: { description: 'ok' } }, 'x-gateway': { limits } },
});
const document = {
  openapi: '3.1.0',
  info: { title: 'Shop', version: '1' },
  'x-gateway': { owner: 'team-shop', upstream: 'main', public: 'a test' },
  security: [],
  paths: {
    '/one': operation({ rate: { requests: 100, per: '300d', by: 'global', algorithm: 'fixedWindow' } }),
    '/leased': operation({ rate: { requests: 1_000, per: '300d', by: 'global', counting: 'leased' } }),
    '/many': operation({ rate: { requests: 1_000_000, per: '1h', by: 'ip' } }),
    '/closed': operation({ rate: { requests: 9, per: '1h', by: 'ip', onStoreFailure: 'closed' } }),
  },
};
const input = (store: string) => ({
  files: {
    'gateway.yaml': `name: shop\nspecs: [openapi.json]\nupstreams: { main: { url: "\${UPSTREAM_URL}" } }\nstore: ${store}\n`,
    'openapi.json': JSON.stringify(document),
  },
});

/** What a metric without labels says. */
async function metric(run: GatewayRun, name: string): Promise<number> {
  const answer = await fetch(`${run.admin}/metrics`, { headers: asAdmin });
  return Number(new RegExp(`^${name} (.+)$`, 'm').exec(await answer.text())?.[1]);
}

let text: string;
beforeAll(async () => {
  text = await buildText(input('{ redis: "${STORE}", timeout: 5s }'));
});

it('brings ioredis only where a store is, or may be, Redis', async () => {
  expect(await buildText(input('"${STORE:-memory}"'))).toContain('evalsha');
  expect(await buildText(input('memory'))).not.toContain('evalsha');
});

it('says what is wrong with a store', async () => {
  await using run = await GatewayRun.launch(text, { env: { STORE: 'mysql://user:secret@db' } });
  expect(await run.exit()).toBe(2);
  expect(run.stderr).toContain('The store is not memory, redis:// or rediss://.');
  expect(run.stderr).not.toContain('secret');
});

it('counts in memory when the environment says so', async () => {
  await using run = await GatewayRun.start(text, { env: { STORE: 'memory' } });
  const statuses = await Promise.all(Array.from({ length: 120 }, async () => (await run.fetch('/one')).status));
  expect(statuses.filter((status) => status === 200)).toHaveLength(100);
});

describe.skipIf(!hasRedis)('gateways that share a Redis', () => {
  it('admit the limit together', async () => {
    await using server = await RedisServer.start();
    const env = { STORE: server.url };
    await using one = await GatewayRun.start(text, { env });
    await using two = await GatewayRun.start(text, { env });
    const calls = [one, two].flatMap((run) => Array.from({ length: 150 }, async () => await run.fetch('/one')));
    const answers = await Promise.all(calls);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(100);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(200);
    expect(answers.find(({ status }) => status === 429)?.headers.get('ratelimit')).toMatch(/^"rate";r=0;t=\d+$/);
  });

  it('RL-21: never admit more where they take ahead, and leave at most a tenth unused', async () => {
    await using server = await RedisServer.start();
    const env = { STORE: server.url };
    await using one = await GatewayRun.start(text, { env });
    await using two = await GatewayRun.start(text, { env });
    const statuses: number[] = [];
    const callers = [one, two, one, two].map(async (run) => {
      for (let call = 0; call < 350; call++) statuses.push((await run.fetch('/leased')).status);
    });
    await Promise.all(callers);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    const admitted = statuses.filter((status) => status === 200).length;
    expect(admitted).toBeLessThanOrEqual(1_000);
    expect(admitted).toBeGreaterThanOrEqual(900);
  });

  it('RL-20: a Redis that is killed and comes back under load never makes a 500', async () => {
    await using server = await RedisServer.start();
    await using run = await GatewayRun.start(text, { env: { STORE: server.url } });
    const statuses = new Map<number, number>();
    let loading = true;
    const load = Array.from({ length: 8 }, async () => {
      while (loading) {
        const { status } = await run.fetch('/many');
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    });
    const served = async (more: number): Promise<void> => {
      const until = (statuses.get(200) ?? 0) + more;
      while ((statuses.get(200) ?? 0) < until) await new Promise(setImmediate);
    };
    await served(200);
    await server.kill();
    await served(500);
    expect((await run.fetch('/closed')).status).toBe(503);
    expect(await metric(run, 'gw_limit_store_up')).toBe(0);
    await server.start();
    await served(200);
    await run.hears('limit store back');
    loading = false;
    await Promise.all(load);
    expect([...statuses.keys()]).toEqual([200]);
    // One line when it goes and one when it returns, however many requests and threads have noticed.
    expect(run.said.map(({ msg }) => msg).filter((msg) => /limit store|fault/.test(msg))).toEqual([
      'limit store away',
      'limit store back',
    ]);
    expect(await metric(run, 'gw_limit_store_up')).toBe(1);
    expect(await metric(run, 'gw_limit_store_missed_total')).toBeGreaterThan(100);
    expect(await metric(run, 'gw_faults_total')).toBe(0);
    // It is asked again.
    while (!(await server.call('KEYS', 'gw:{*')).includes('gw:{')) await run.fetch('/many');
    expect((await run.ask('/readyz?verbose')).json).toMatchObject({ '5xx': 1 });
  });
});
