import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashSecret, newApiKey } from '../../../runtime/host/auth/api-key-format.ts';
import { asAdmin, type StartedGateway, start } from '../../support/gateway.ts';
import { hasRedis, RedisServer } from '../../support/redis.ts';

const operation = (limits: string, security = ''): string =>
  `{ get: { ${security} x-gateway: { limits: ${limits} }, responses: { "200": { description: Fine } } } }`;
const document = `
openapi: 3.1.1
info: { title: Rides, version: "1" }
x-gateway: { owner: team-rides, upstream: rides }
security: [{ key: [] }]
components: { securitySchemes: { key: { type: apiKey, in: header, name: X-API-Key } } }
paths:
  /bucket: ${operation('{ rate: { requests: { rider: 3, driver: 5 }, per: 1h, by: consumer } }')}
  /window: ${operation('{ rate: { requests: 2, per: 300d, by: consumer, algorithm: fixedWindow } }')}
  /log: ${operation('{ rate: { requests: 2, per: 1h, by: consumer, algorithm: slidingLog } }')}
  /sliding: ${operation('{ rate: { requests: 2, per: 300d, by: consumer, algorithm: slidingWindow } }')}
  /all: ${operation('{ quota: { requests: 50, per: month, by: global } }')}
  /anybody: ${operation('{ rate: { requests: { default: 3, anonymous: 1 }, per: 1h, by: consumer } }', 'security: [{ key: [] }, {}],')}
`;
const gatewayFile = `
name: rides
specs: [openapi.yaml]
upstreams: { rides: { url: "\${UPSTREAM_URL}" } }
teams: { team-rides: {} }
store: "\${STORE}"
plans: { rider: {}, driver: {} }
security: { key: { type: apiKey, keys: "file:\${KEYS}" } }
`;
const key = newApiKey('test');

describe.each([['memory'], ['Redis']])('limits in %s', (store) => {
  if (store === 'Redis' && !hasRedis) return;
  const folder = mkdtempSync(join(tmpdir(), 'gw-limit-status-'));
  let server: RedisServer | undefined;
  let gateway: StartedGateway;
  beforeAll(async () => {
    server = store === 'Redis' ? await RedisServer.start() : undefined;
    const record = { id: key.id, hash: hashSecret(key.secret, ''), consumer: 'ann', plan: 'rider', status: 'active' };
    const file = join(folder, 'keys.json');
    writeFileSync(file, JSON.stringify({ keys: [record] }));
    gateway = await start(
      { files: { 'gateway.yaml': gatewayFile, 'openapi.yaml': document } },
      { auth: 'enforced', env: { KEYS: file, STORE: server?.url ?? 'memory', GW_THREADS: '2' } },
    );
  });
  afterAll(async () => {
    await gateway?.stop();
    await server?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const call = async (path: string, headers: Readonly<Record<string, string>> = { 'x-api-key': key.text }): Promise<number> =>
    (await gateway.fetch(path, { headers })).status;
  const ask = async (query: string): Promise<{ status: number; limits: Record<string, unknown>[] }> => {
    const answer = await fetch(`${gateway.admin}/ratelimit/status?${query}`, { headers: asAdmin });
    const { limits = [] } = JSON.parse(await answer.text());
    return { status: answer.status, limits };
  };
  const reset = async (body: object): Promise<{ status: number; json: unknown }> => {
    const headers = { ...asAdmin, 'content-type': 'application/json' };
    const answer = await fetch(`${gateway.admin}/ratelimit/reset`, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: answer.status, json: await answer.json() };
  };

  it('AD-3: are told by key, and by whom the key is of, without counting', async () => {
    expect([await call('/bucket'), await call('/bucket'), await call('/all')]).toEqual([200, 200, 200]);
    const { status, limits } = await ask(`apiKey=${key.id}`);
    expect(status).toBe(200);
    const shown = limits.map(({ limit, used, remaining, shared, routes }) => ({ limit, used, remaining, shared, routes }));
    expect(shown).toContainEqual({ limit: 3, used: 2, remaining: 1, shared: false, routes: ['GET-bucket'] });
    expect(shown).toContainEqual({ limit: 2, used: 0, remaining: 2, shared: false, routes: ['GET-window'] });
    expect(shown).toContainEqual({ limit: 50, used: 1, remaining: 49, shared: true, routes: ['GET-all'] });
    expect(Date.parse(String(limits[0]?.resetAt))).toBeGreaterThan(Date.now());
    const asked = await Promise.all(['plan=rider', 'plan=driver'].map((plan) => ask(`consumer=ann&${plan}`)));
    // Another rate is another counter.
    expect(asked.map((one) => one.limits.find(({ routes }) => String(routes) === 'GET-bucket')?.remaining)).toEqual([1, 5]);
    expect(await call('/bucket')).toBe(200);
    expect(await call('/bucket')).toBe(429);
  });

  it('are told of callers that nobody knows, by address', async () => {
    expect([await call('/anybody', {}), await call('/anybody', {})]).toEqual([200, 429]);
    const { limits } = await ask('ip=127.0.0.1');
    expect(limits.find(({ routes }) => String(routes) === 'GET-anybody')).toMatchObject({ limit: 1, used: 1, remaining: 0 });
    expect(limits.find(({ shared }) => shared === true)).toMatchObject({ limit: 50, used: 1 });
  });

  it('begin anew for one caller, on every thread', async () => {
    for (const path of ['/window', '/log', '/sliding']) {
      while ((await call(path)) !== 429);
      // The other thread has heard of it as well.
      for (let again = 0; again < 4; again++) expect(await call(path)).toBe(429);
    }
    expect((await reset({ apiKey: key.id, reason: 'A test' })).json).toEqual({ reset: 5 });
    for (const path of ['/window', '/log', '/sliding']) while ((await call(path)) !== 200);
    const { limits } = await ask(`apiKey=${key.id}&policy=rate`);
    expect(limits.filter(({ shared }) => shared === true)).toEqual([]);
    expect((await ask(`apiKey=${key.id}`)).limits.find(({ shared }) => shared === true)).toMatchObject({ used: 1 });
  });

  it('are told of nobody in particular to nobody', async () => {
    expect((await ask('plan=rider')).status).toBe(422);
    expect((await ask('ip=here')).status).toBe(422);
    expect((await ask('apiKey=unknown')).status).toBe(404);
    expect((await reset({ reason: 'A test' })).status).toBe(422);
    expect((await fetch(`${gateway.admin}/ratelimit/status?consumer=ann`)).status).toBe(401);
    const secret = await fetch(`${gateway.admin}/ratelimit/status?apiKey=${key.text}`, { headers: asAdmin });
    expect([secret.status, (await secret.text()).includes(key.secret)]).toEqual([422, false]);
    const shown = async (text: string) => {
      const answer = await fetch(`${gateway.admin}/ratelimit/status`, { headers: { ...asAdmin, 'x-api-key': text } });
      return [answer.status, JSON.parse(await answer.text())];
    };
    expect(await shown(key.text)).toMatchObject([200, { consumer: 'ann', plan: 'rider', apiKey: key.id }]);
    expect(await shown('gwk_mistyped')).toMatchObject([422, { code: 'no-key' }]);
    const ofConsumer = await fetch(`${gateway.admin}/ratelimit/status?consumer=ann`, { headers: asAdmin });
    expect(await ofConsumer.json()).toMatchObject({ consumer: 'ann', plan: 'rider' });
  });
});
