import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ADMIN_TOKEN, asAdmin, type StartedGateway, start } from '../../support/gateway.ts';
import { runGw } from '../../support/gw.ts';

const document = `
openapi: 3.1.1
info: { title: Orders, version: "1" }
x-gateway: { owner: team-orders, upstream: orders }
security: [{ key: [] }]
components: { securitySchemes: { key: { type: apiKey, in: header, name: X-API-Key } } }
paths:
  /orders: { get: { responses: { "200": { description: Fine } } } }
  /write: { get: { security: [{ key: [write] }], responses: { "200": { description: Fine } } } }
`;
const gatewayFile = `
name: shop
specs: [openapi.yaml]
upstreams: { orders: { url: "\${UPSTREAM_URL}" } }
teams: { team-orders: {} }
plans: { gold: {} }
security: { key: { type: apiKey, keys: "file:\${KEYS}", pepper: "\${PEPPER}" } }
`;

interface Key {
  readonly id: string;
  readonly key: string;
}

const folder = mkdtempSync(join(tmpdir(), 'gw-keys-'));
const keyFile = join(folder, 'keys.json');
const files = { 'gateway.yaml': gatewayFile, 'openapi.yaml': document };
const env = { KEYS: keyFile, PEPPER: 'pepper', GW_THREADS: '2' };
let gateway: StartedGateway;
let other: StartedGateway;

beforeAll(async () => {
  writeFileSync(keyFile, '{ "note": "ours", "keys": [] }');
  [gateway, other] = await Promise.all([
    start({ files }, { auth: 'enforced', env }),
    start({ files }, { auth: 'enforced', env }),
  ]);
});
afterAll(async () => {
  await Promise.all([gateway?.stop(), other?.stop()]);
  rmSync(folder, { recursive: true });
});

async function ask(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Response> {
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  const init = { method, headers: { ...asAdmin, ...json, ...headers } };
  return await fetch(gateway.admin + path, body === undefined ? init : { ...init, body: JSON.stringify(body) });
}

async function create(body: object): Promise<Key> {
  const answer = await ask('POST', '/apikeys', body);
  expect(answer.status).toBe(201);
  return JSON.parse(await answer.text());
}

async function call(key: string, path = '/orders', at: StartedGateway = gateway): Promise<Response> {
  return await at.fetch(path, { headers: { 'x-api-key': key } });
}

/** On connections of their own, so that every thread is asked sooner or later; it has to be so twenty times in a row. */
async function everywhere(key: string, status: number, at: StartedGateway = gateway): Promise<void> {
  for (let row = 0; row < 20; ) {
    const answer = await at.raw(`GET /orders HTTP/1.1\r\nHost: a\r\nX-API-Key: ${key}\r\nConnection: close\r\n\r\n`);
    row = answer.startsWith(`HTTP/1.1 ${status} `) ? row + 1 : 0;
  }
}

describe('keys over the admin API', () => {
  it('AK-2, AK-3: shows a secret once, and keeps its hash only', async () => {
    const answer = await ask('POST', '/apikeys', { consumer: 'acme', scopes: ['write'], environment: 'test' });
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([201, 'no-store']);
    const made: Key = JSON.parse(await answer.text());
    expect(answer.headers.get('location')).toBe(`/apikeys/${made.id}`);
    expect(made).toMatchObject({ key: expect.stringMatching(/^gwk_test_/), consumer: 'acme', status: 'active', binding: 'key' });
    await everywhere(made.key, 200);
    expect((await call(made.key, '/write')).status).toBe(200);
    expect(gateway.upstream.requests.at(-1)?.headers).toMatchObject({ 'x-consumer-id': 'acme' });
    const secret = made.key.split('_')[3] ?? made.key;
    const kept = readFileSync(keyFile, 'utf8');
    const shown = await (await ask('GET', '/apikeys')).text();
    for (const text of [kept, shown, gateway.output.stderr, gateway.output.stdout]) expect(text).not.toContain(secret);
    expect(JSON.parse(kept)).toMatchObject({ note: 'ours', keys: [{ id: made.id, last4: made.key.slice(-4) }] });
    expect(shown).not.toContain('hmac-sha256');
    expect(await (await ask('GET', `/apikeys/${made.id}`)).json()).toMatchObject({ id: made.id, scopes: ['write'] });
    const used = async (): Promise<string | undefined> =>
      JSON.parse(await (await ask('GET', `/apikeys/${made.id}`)).text()).lastUsedAt;
    await vi.waitUntil(async () => (await used()) !== undefined, 10_000);
    expect(Date.parse((await used()) ?? '')).toBeLessThanOrEqual(Date.now());
    expect(gateway.output.stderr).toContain(`"created":"/apikeys/${made.id}"`);
    expect((await ask('DELETE', `/apikeys/${made.id}`)).status).toBe(204);
    await everywhere(made.key, 401);
    expect((await ask('GET', `/apikeys/${made.id}`)).status).toBe(404);
  });

  it('AK-4: rotates with an overlap, in which answers say when the old key ends', async () => {
    const old = await create({ consumer: 'rotated' });
    const answer = await ask('POST', `/apikeys/${old.id}/rotate?overlap=1h`);
    expect(answer.status).toBe(201);
    const next: Key = JSON.parse(await answer.text());
    await everywhere(next.key, 200);
    const ends = async (): Promise<string | null> => (await call(old.key)).headers.get('x-gw-key-expires');
    while ((await ends()) === null) await new Promise(setImmediate);
    const told: { expiresAt: string; replacedBy: string } = JSON.parse(await (await ask('GET', `/apikeys/${old.id}`)).text());
    expect(await ends()).toBe(new Date(told.expiresAt).toUTCString());
    expect(told.replacedBy).toBe(next.id);
    expect((await call(next.key)).headers.get('x-gw-key-expires')).toBeNull();
    expect((await ask('POST', `/apikeys/${old.id}/rotate`)).status).toBe(409);
    expect((await ask('POST', '/apikeys', { consumer: 'rotated' })).status).toBe(409);
    expect((await ask('POST', `/apikeys/${next.id}/rotate?overlap=0s`)).status).toBe(201);
    await everywhere(next.key, 401);
    expect((await call(old.key)).status).toBe(200);
  });

  it('AK-5: revokes on all threads, and in another process', async () => {
    const made = await create({ consumer: 'revoked' });
    await everywhere(made.key, 200, other);
    expect(await (await ask('POST', `/apikeys/${made.id}/revoke`)).json()).toMatchObject({ status: 'revoked' });
    await everywhere(made.key, 401);
    await everywhere(made.key, 401, other);
    expect(await (await ask('GET', '/apikeys?consumer=revoked')).json()).toMatchObject({ keys: [{ status: 'revoked' }] });
  });

  it('loses nothing when two processes write at the same time', async () => {
    const body = (consumer: string) => JSON.stringify({ consumer });
    const headers = { ...asAdmin, 'content-type': 'application/json' };
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        fetch(`${(index % 2 === 0 ? gateway : other).admin}/apikeys`, { method: 'POST', headers, body: body(`both-${index}`) }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    const { keys }: { keys: { consumer: string }[] } = JSON.parse(readFileSync(keyFile, 'utf8'));
    expect(keys.filter(({ consumer }) => consumer.startsWith('both-'))).toHaveLength(10);
  });

  it('does a request once that says Idempotency-Key', async () => {
    const again = { 'idempotency-key': 'a' };
    const made = [1, 2].map(async () => await (await ask('POST', '/apikeys', { consumer: 'once' }, again)).json());
    const [first, second] = await Promise.all(made);
    expect(second).toEqual(first);
    expect((await ask('POST', '/apikeys', { consumer: 'twice' }, again)).status).toBe(422);
  });

  it.each([
    {},
    { consumer: 'a', hash: 'mine' },
    { consumer: 'a', binding: 'other' },
    { consumer: 'a', expiresAt: '2020-01-01T00:00:00Z' },
    { consumer: 'a', allowedIPs: ['everywhere'] },
    { consumer: 'a', plan: 'glod' },
  ])('refuses %j', async (body) => {
    expect((await ask('POST', '/apikeys', body)).status).toBe(422);
  });

  it('asks for a token, and knows what it does not have', async () => {
    expect((await fetch(`${gateway.admin}/apikeys`)).status).toBe(401);
    const paths = ['/apikeys/x/rotate', '/apikeys/x/revoke'];
    expect(await Promise.all(paths.map(async (path) => (await ask('POST', path)).status))).toEqual([404, 404]);
    expect((await ask('DELETE', '/apikeys/x')).status).toBe(404);
    expect((await ask('POST', '/apikeys/x/rotate?overlap=91d')).status).toBe(422);
  });

  it('answers 503 while its store cannot be written, and goes on to verify', async () => {
    const made = await create({ consumer: 'kept' });
    await everywhere(made.key, 200);
    const text = readFileSync(keyFile, 'utf8');
    writeFileSync(keyFile, 'half');
    expect((await ask('POST', `/apikeys/${made.id}/revoke`)).status).toBe(503);
    expect((await call(made.key)).status).toBe(200);
    writeFileSync(keyFile, text);
    expect((await ask('POST', `/apikeys/${made.id}/revoke`)).status).toBe(200);
  });
});

describe('gw keys', () => {
  it('creates, lists, rotates and revokes', async () => {
    const gw = (...args: readonly string[]) => runGw(folder, ['keys', ...args, '--admin', gateway.admin, '--token', ADMIN_TOKEN]);
    const created = await gw('create', '--consumer', 'cli', '--plan', 'gold', '--scope', 'write');
    expect(created).toMatchObject({ code: 0, stdout: expect.stringMatching(/^gwk_live_\w+\n$/) });
    const [, id = ''] = /key (\w+) of cli/.exec(created.stderr) ?? [];
    expect((await call(created.stdout.trim(), '/write')).status).toBe(200);
    const rotated = await gw('rotate', id, '--overlap', '7d', '--json');
    expect(JSON.parse(rotated.stdout)).toMatchObject({ consumer: 'cli', plan: 'gold', scopes: ['write'] });
    expect((await gw('revoke', id)).stdout).toBe(`${id} of cli is revoked.\n`);
    const listed = await gw('list', '--consumer', 'cli');
    expect(listed.stdout.split('\n').map((line) => line.split(/ +/).slice(2, 5))).toEqual([
      ['CONSUMER', 'PLAN', 'STATUS'],
      ['cli', 'gold', 'revoked'],
      ['cli', 'gold', 'active'],
      [],
    ]);
  });
});
