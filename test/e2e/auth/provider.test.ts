import { decodeProtectedHeader, type JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StartedGateway, start } from '../../support/gateway.ts';
import { CLIENT, providerKey, RealProvider } from '../../support/oidc-provider.ts';

const document = `
openapi: 3.1.1
info: { title: Orders, version: "1" }
x-gateway: { owner: team-orders, upstream: orders }
security: [{ oauth: ["orders:read"] }]
components:
  securitySchemes:
    oauth: { type: oauth2, flows: { clientCredentials: { tokenUrl: /token, scopes: { "orders:read": read, "orders:write": write } } } }
paths:
  /orders:
    get: { responses: { "200": { description: Fine } } }
    post: { security: [{ oauth: ["orders:write"] }], responses: { "200": { description: Fine } } }
`;
const gatewayFile = (issuer: string): string => `
name: shop
specs: [openapi.yaml]
upstreams: { orders: { url: "\${UPSTREAM_URL}" } }
teams: { team-orders: {} }
security: { oauth: { type: jwt, issuer: "${issuer}", audience: shop } }
`;

/** The same with another signature. */
function forged(token: string): string {
  const [header, claims, signature = ''] = token.split('.');
  const other = signature.startsWith('A') ? 'B' : 'A';
  return [header, claims, other + signature.slice(1)].join('.');
}

describe('a real OpenID provider', () => {
  let provider: RealProvider;
  let gateway: StartedGateway;
  let first: JWK;
  let second: JWK;
  beforeAll(async () => {
    [provider, first, second] = await Promise.all([RealProvider.start(), providerKey('first'), providerKey('second')]);
    provider.use([first]);
    const files = { 'gateway.yaml': gatewayFile(provider.issuer), 'openapi.yaml': document };
    gateway = await start({ files }, { auth: 'enforced', env: { GW_THREADS: '2' } });
  });
  afterAll(async () => {
    await gateway?.stop();
    await provider?.[Symbol.asyncDispose]();
  });

  const call = async (token: string, method = 'GET'): Promise<number> =>
    (await gateway.fetch('/orders', { method, headers: { authorization: `Bearer ${token}` } })).status;
  const auth = async (body: object): Promise<{ status: number; json: Record<string, unknown> }> => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const answer = await fetch(`${gateway.admin}/auth`, init);
    return { status: answer.status, json: JSON.parse(await answer.text()) };
  };

  it('is found by its issuer alone; its tokens are good for what they say', async () => {
    const token = await provider.token('orders:read');
    expect([await call(token), await call(token, 'POST')]).toEqual([200, 403]);
    expect(await call(await provider.token('orders:read orders:write'), 'POST')).toBe(200);
  });

  it('JW-5: changes its keys under load without one refusal, for one request for keys', async () => {
    const before = await provider.token('orders:read');
    // A wrong signature asks for the keys as well (JW-6), and takes nothing away from what follows.
    expect(await call(forged(before))).toBe(401);
    const statuses = new Map<number, number>();
    let token = before;
    let loading = true;
    const load = Array.from({ length: 8 }, async () => {
      while (loading) {
        const status = await call(token);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    });
    const served = async (more: number): Promise<void> => {
      const until = (statuses.get(200) ?? 0) + more;
      while ((statuses.get(200) ?? 0) < until && statuses.size === 1) await new Promise(setImmediate);
    };
    await served(50);
    const fetches = provider.keyFetches;
    provider.use([second, first]);
    token = await provider.token('orders:read');
    expect([before, token].map((one) => decodeProtectedHeader(one).kid)).toEqual(['first', 'second']);
    await served(200);
    expect(await call(before)).toBe(200);
    loading = false;
    await Promise.all(load);
    expect([...statuses.keys()]).toEqual([200]);
    expect(provider.keyFetches - fetches).toBe(1);
  });

  it('CC-3: gives its tokens to clients that ask the admin listener, and to nobody else', async () => {
    const made = await auth({ ...CLIENT, scope: 'orders:read' });
    expect(made).toMatchObject({ status: 200, json: { token_type: 'Bearer', scope: 'orders:read' } });
    expect(await call(String(made.json.access_token))).toBe(200);
    const refresh = await auth({ ...CLIENT, grant_type: 'refresh_token', refresh_token: 'none' });
    expect(refresh).toMatchObject({ status: 400, json: { error: expect.any(String) } });
    expect((await auth({ ...CLIENT, binding: 'other' })).status).toBe(404);
    expect((await auth({ ...CLIENT, grant_type: 'password' })).status).toBe(422);
    const guess = { ...CLIENT, client_secret: 'a guess' };
    expect(await auth(guess)).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
    const more = await Promise.all(Array.from({ length: 12 }, async () => (await auth(guess)).status));
    expect(new Set(more)).toEqual(new Set([401, 429]));
    expect((await auth(CLIENT)).status).toBe(429);
  });
});
