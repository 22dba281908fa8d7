import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asAdmin, type StartedGateway, start } from '../../support/gateway.ts';
import { hasRedis, RedisServer } from '../../support/redis.ts';

const document = `
openapi: 3.1.1
info: { title: Orders, version: "1" }
x-gateway: { owner: team-orders, upstream: orders }
security: [{ key: [] }]
components: { securitySchemes: { key: { type: apiKey, in: header, name: X-API-Key } } }
paths: { /orders: { get: { responses: { "200": { description: Fine } } } } }
`;
const gatewayFile = `
name: shop
specs: [openapi.yaml]
upstreams: { orders: { url: "\${UPSTREAM_URL}" } }
teams: { team-orders: {} }
store: "\${STORE}"
security: { key: { type: apiKey, keys: store, pepper: "\${PEPPER}", keysPerConsumer: 20 } }
`;

interface Key {
  readonly id: string;
  readonly key: string;
}

describe.skipIf(!hasRedis)('keys in Redis', () => {
  let server: RedisServer;
  let gateways: readonly StartedGateway[] = [];
  beforeAll(async () => {
    server = await RedisServer.start();
    const files = { 'gateway.yaml': gatewayFile, 'openapi.yaml': document };
    const env = { STORE: server.url, PEPPER: 'pepper', GW_THREADS: '2' };
    gateways = await Promise.all([1, 2].map(() => start({ files }, { auth: 'enforced', env })));
  });
  afterAll(async () => {
    await Promise.all(gateways.map((one) => one.stop()));
    await server?.[Symbol.asyncDispose]();
  });

  const at = (index: number): StartedGateway => {
    const gateway = gateways[index];
    if (gateway === undefined) throw new Error('not started');
    return gateway;
  };
  const ask = async (method: string, path: string, body?: object, index = 0): Promise<Response> => {
    const headers = { ...asAdmin, 'content-type': 'application/json' };
    const init = body === undefined ? { method, headers: asAdmin } : { method, headers, body: JSON.stringify(body) };
    return await fetch(at(index).admin + path, init);
  };
  const create = async (consumer: string, index = 0): Promise<Key> => {
    const answer = await ask('POST', '/apikeys', { consumer }, index);
    expect(answer.status).toBe(201);
    return JSON.parse(await answer.text());
  };
  const status = async (key: string, index = 0): Promise<number> => {
    const request = `GET /orders HTTP/1.1\r\nHost: a\r\nX-API-Key: ${key}\r\nConnection: close\r\n\r\n`;
    return Number((await at(index).raw(request)).split(' ')[1]);
  };
  /** On every thread, in the end. */
  const everywhere = async (key: string, wanted: number): Promise<void> => {
    for (const index of [0, 1]) {
      for (let row = 0; row < 20; ) row = (await status(key, index)) === wanted ? row + 1 : 0;
    }
  };

  it('are known to every instance, as hashes; and a revocation is, too', async () => {
    const made = await create('acme');
    await everywhere(made.key, 200);
    const secret = made.key.split('_')[3] ?? made.key;
    const names = (await server.call('KEYS', 'gw:{*')).split('\r\n').filter((line) => line.startsWith('gw:'));
    expect(names.sort()).toEqual(['hashes', 'records', 'version'].map((name) => `gw:{keys:shop:key}:${name}`));
    expect(await server.call('HVALS', 'gw:{keys:shop:key}:records')).not.toContain(secret);
    expect((await ask('POST', `/apikeys/${made.id}/revoke`, undefined, 1)).status).toBe(200);
    await everywhere(made.key, 401);
    expect((await ask('DELETE', `/apikeys/${made.id}`)).status).toBe(204);
    expect(await server.call('HLEN', 'gw:{keys:shop:key}:hashes')).toBe(':0');
  });

  it('loses nothing when two instances write at the same time', async () => {
    const made = await Promise.all(Array.from({ length: 10 }, (_, index) => create('both', index % 2)));
    const listed: { keys: Key[] } = JSON.parse(await (await ask('GET', '/apikeys?consumer=both')).text());
    expect(listed.keys.map(({ id }) => id).sort()).toEqual(made.map(({ id }) => id).sort());
  });

  it('answers 503 for what it cannot know while Redis is away, never 500, and serves whom it knows', async () => {
    const [known, unknown] = [await create('known'), await create('unknown')];
    await everywhere(known.key, 200);
    await server.kill();
    expect(await status(known.key)).toBe(200);
    const answer = await at(0).fetch('/orders', { headers: { 'x-api-key': unknown.key } });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect((await ask('GET', '/apikeys')).status).toBe(503);
    expect((await ask('POST', `/apikeys/${known.id}/revoke`)).status).toBe(503);
    await server.start();
    // It has lost everything, and so has everybody who remembers what it was.
    await everywhere(known.key, 401);
    const made = await create('again');
    await everywhere(made.key, 200);
  });
});
