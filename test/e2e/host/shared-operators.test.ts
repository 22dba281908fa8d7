import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redis } from '../../../runtime/host/limits/redis/connection.ts';
import { SharedValues } from '../../../runtime/host/operators/shared-values.ts';
import { asAdmin, type StartedGateway, start } from '../../support/gateway.ts';
import { type Issuer, startIssuer } from '../../support/issuer.ts';
import { hasRedis, RedisServer } from '../../support/redis.ts';

/** One instance; it looks when the test says so. */
class Instance implements Disposable {
  readonly values = new Map<string, unknown>();
  readonly said: string[] = [];
  readonly shared: SharedValues;
  readonly #connection: ReturnType<typeof redis.connect>;

  constructor(server: RedisServer, gateway = 'shop') {
    this.#connection = redis.connect({ nodes: [server.url], cluster: false, timeoutMs: 50 });
    this.shared = new SharedValues({
      connection: this.#connection,
      gateway,
      local: () => this.values,
      apply: (key, value) => void (value === undefined ? this.values.delete(key) : this.values.set(key, value)),
      later: () => () => undefined,
      now: () => performance.now(),
      stale: () => undefined,
      say: (_level, msg) => void this.said.push(msg),
    });
  }

  static async open(server: RedisServer, gateway?: string): Promise<Instance> {
    const instance = new Instance(server, gateway);
    await instance.#connection.opened;
    await instance.shared.open();
    return instance;
  }

  /** Looks until Redis hears it again. */
  async backAgain(): Promise<void> {
    while (this.said.at(-1) !== 'operators’ values shared again') {
      await this.shared.look();
      await new Promise(setImmediate);
    }
  }

  add(key: string, item: string): Promise<void> {
    return this.shared.change(key, (now) => [...(Array.isArray(now) ? now : []), item]);
  }

  [Symbol.dispose](): void {
    this.shared.close();
    this.#connection.close();
  }
}

describe.skipIf(!hasRedis)('what operators set, in Redis', () => {
  it('is heard by every instance of a gateway, and by no other gateway', async () => {
    await using server = await RedisServer.start();
    using first = await Instance.open(server);
    using second = await Instance.open(server);
    using other = await Instance.open(server, 'bank');
    await first.add('overrides', 'one');
    for (const one of [second, other]) await one.shared.look();
    expect([second.values.get('overrides'), other.values.size]).toEqual([['one'], 0]);
    await second.shared.change('overrides', () => undefined);
    await first.shared.look();
    expect(first.values.size).toBe(0);
    using late = await Instance.open(server);
    expect(late.values.size).toBe(0);
  });

  it('loses nothing when two change the same at once', async () => {
    await using server = await RedisServer.start();
    using first = await Instance.open(server);
    using second = await Instance.open(server);
    const items = Array.from({ length: 20 }, (_, index) => `item ${index}`);
    await Promise.all(items.map((item, index) => (index % 2 === 0 ? first : second).add('overrides', item)));
    for (const one of [first, second]) await one.shared.look();
    expect([first.values.get('overrides')].flat().toSorted()).toEqual(items.toSorted());
    expect(second.values).toEqual(first.values);
  });

  it('holds here while Redis is away, is told to it later, and to one that has lost everything', async () => {
    await using server = await RedisServer.start();
    using first = await Instance.open(server);
    using second = await Instance.open(server);
    await first.add('overrides', 'before');
    await second.shared.look();
    await server.kill();
    await second.add('overrides', 'meanwhile');
    await second.add('overrides', 'and more');
    expect(second.values.get('overrides')).toEqual(['before', 'meanwhile', 'and more']);
    expect(second.said).toEqual(['operators’ values not shared']);
    await first.shared.look();
    await server.start();
    await first.backAgain();
    expect(first.values.get('overrides')).toEqual(['before']);
    await second.backAgain();
    await first.shared.look();
    expect(first.values.get('overrides')).toEqual(['before', 'meanwhile', 'and more']);
  });
});

const document = `
openapi: 3.1.1
info: { title: Orders, version: "1" }
x-gateway: { owner: team-orders, upstream: orders }
security: [{ user: [] }]
components: { securitySchemes: { user: { type: http, scheme: bearer } } }
paths: { /orders: { get: { operationId: list, responses: { "200": { description: Fine } } } } }
`;
const gatewayFile = (issuer: string): string => `
name: shop
specs: [openapi.yaml]
upstreams: { orders: { url: "\${UPSTREAM_URL}" } }
teams: { team-orders: {} }
store: "\${STORE}"
security: { user: { type: jwt, issuer: "${issuer}", audience: api } }
`;

describe.skipIf(!hasRedis)('two gateways of one Redis', () => {
  let server: RedisServer;
  let issuer: Issuer;
  let gateways: readonly StartedGateway[] = [];
  beforeAll(async () => {
    [server, issuer] = await Promise.all([RedisServer.start(), startIssuer()]);
    const files = { 'gateway.yaml': gatewayFile(issuer.url), 'openapi.yaml': document };
    gateways = await Promise.all(
      [1, 2].map(() => start({ files }, { auth: 'enforced', env: { STORE: server.url, GW_THREADS: '2' } })),
    );
  });
  afterAll(async () => {
    await Promise.all(gateways.map((one) => one.stop()));
    await issuer?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const admin = async (
    index: number,
    method: string,
    path: string,
    body?: object,
  ): Promise<{ status: number; json: unknown }> => {
    const headers = { ...asAdmin, 'content-type': 'application/json' };
    const answer = await fetch(`${gateways[index]?.admin}${path}`, {
      method,
      headers: body === undefined ? asAdmin : headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, json: text === '' ? undefined : JSON.parse(text) };
  };
  const call = async (index: number, token: string): Promise<number> => {
    const answer = await gateways[index]?.fetch('/orders', { headers: { authorization: `Bearer ${token}` } });
    return answer?.status ?? 0;
  };
  const until = async (index: number, token: string, status: number): Promise<void> => {
    while ((await call(index, token)) !== status) await new Promise(setImmediate);
  };

  it('JW-8: refuse tokens that are revoked at one of them, and take them when that is taken back', async () => {
    const ann = await issuer.token({ sub: 'ann', jti: 'one' });
    const bob = await issuer.token({ sub: 'bob', sid: 's1' });
    expect(await Promise.all([call(0, ann), call(1, ann), call(1, bob)])).toEqual([200, 200, 200]);

    const made = await admin(0, 'POST', '/tokens/revoke', { jti: 'one', reason: 'stolen' });
    expect(made).toEqual({ status: 200, json: { claim: 'jti', value: 'one', until: null } });
    await until(0, ann, 401);
    await until(1, ann, 401);
    expect(await call(1, bob)).toBe(200);
    expect((await admin(1, 'GET', '/tokens/revoked')).json).toEqual({ revoked: [made.json] });

    expect((await admin(1, 'DELETE', '/tokens/revoked/jti/one')).status).toBe(204);
    await until(0, ann, 200);
    await until(1, ann, 200);
  });

  it('JW-8: refuse all that a user was given so far, and take what comes later', async () => {
    const now = Math.floor(Date.now() / 1_000);
    const before = new Date(now * 1_000).toISOString();
    const [old, next] = [await issuer.token({ sub: 'eve', iat: now }), await issuer.token({ sub: 'eve', iat: now + 1 })];
    expect((await admin(0, 'POST', '/tokens/revoke', { sub: 'eve', before, reason: 'left' })).status).toBe(200);
    await until(1, old, 401);
    await until(1, next, 200);
  });

  it.each([
    [{ reason: 'none' }],
    [{ jti: 'a', sub: 'b', reason: 'both' }],
    [{ jti: 'a', before: '2026-01-01T00:00:00Z', reason: 'wrong' }],
    [{ sub: 'a', until: '2026-01-01T00:00:00Z', reason: 'wrong' }],
    [{ sub: 'a' }],
  ])('refuse %j', async (body) => {
    expect((await admin(0, 'POST', '/tokens/revoke', body)).status).toBe(422);
  });

  it('PR-5: go by the brake that was pulled at one of them', async () => {
    const token = await issuer.token();
    const order = { block: true, for: '1h', reason: 'A test' };
    expect((await admin(1, 'PUT', '/overrides/route/list', order)).status).toBe(200);
    await until(0, token, 403);
    expect((await admin(0, 'DELETE', '/overrides/route/list')).status).toBe(204);
    await until(1, token, 200);
  });
});
