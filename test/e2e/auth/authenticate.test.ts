import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hashSecret, newApiKey } from '../../../runtime/host/auth/api-key-format.ts';
import { asAdmin, type StartedGateway, start } from '../../support/gateway.ts';
import { type Issuer, signingKey, startIssuer } from '../../support/issuer.ts';

const document = (issuer: string): string => `
openapi: 3.1.1
info: { title: Orders, version: "1" }
x-gateway: { owner: team-orders, upstream: orders, cors: { origins: ["https://app.example"], credentials: true } }
security: [{ user: [] }]
components:
  securitySchemes:
    user: { type: http, scheme: bearer }
    scoped: { type: oauth2, flows: { clientCredentials: { tokenUrl: ${issuer}/token, scopes: { "orders:read": read } } } }
    key: { type: apiKey, in: header, name: X-API-Key }
    elsewhere: { type: apiKey, in: header, name: X-API-Key }
    queryKey: { type: apiKey, in: query, name: api_key }
    queryToken: { type: apiKey, in: query, name: access_token }
paths:
  /user: { get: { responses: { "200": { description: Fine } } } }
  /closed: { get: { tags: [admin], responses: { "200": { description: Fine } } } }
  /scoped: { get: { security: [{ scoped: ["orders:read"] }], responses: { "200": { description: Fine } } } }
  /key: { get: { security: [{ key: [] }], responses: { "200": { description: Fine } } } }
  /query: { get: { security: [{ queryKey: [] }], responses: { "200": { description: Fine } } } }
  /token: { get: { security: [{ queryToken: [] }], responses: { "200": { description: Fine } } } }
  /either: { get: { security: [{ user: [] }, { key: [] }], responses: { "200": { description: Fine } } } }
  /both: { get: { security: [{ user: [], key: [] }], responses: { "200": { description: Fine } } } }
  /optional: { get: { security: [{ user: [] }, {}], responses: { "200": { description: Fine } } } }
  /ip: { get: { security: [{ elsewhere: [] }], responses: { "200": { description: Fine } } } }
  /public: { get: { security: [], x-gateway: { public: Anybody }, responses: { "200": { description: Fine } } } }

`;

const gatewayFile = (issuer: string): string => `
name: shop
specs: [openapi.yaml]
upstreams: { orders: { url: "\${UPSTREAM_URL}" } }
teams: { team-orders: {} }
plans: { free: {}, partner: {} }
security:
  user: { type: jwt, issuer: "${issuer}", audience: api, plan: { claim: tier } }
  scoped: { type: jwt, issuer: "${issuer}", audience: api }
  key: { type: apiKey, keys: "file:\${KEYS}" }
  queryKey: { type: apiKey, keys: "file:\${KEYS}" }
  elsewhere: { type: apiKey, keys: "file:\${ELSEWHERE}" }
  queryToken: { type: jwt, issuer: "${issuer}", audience: api, forward: true }
admin: { jwt: { binding: user, roles: { ops: ["routes:read", "limits:override"], auditor: ["metrics:read"] } } }
identity: { headers: { X-User-Id: subject, X-User-Roles: roles, X-Consumer-Id: consumer, X-Email: { claim: email } } }
`;

let issuer: Issuer;
let gateway: StartedGateway;
const key = newApiKey('test');
const folder = mkdtempSync(join(tmpdir(), 'gw-keys-'));
const elsewhere = join(folder, 'elsewhere.json');
const keyFile = join(folder, 'keys.json');

beforeAll(async () => {
  issuer = await startIssuer();
  writeFileSync(
    keyFile,
    JSON.stringify({
      keys: [{ id: key.id, hash: hashSecret(key.secret, ''), consumer: 'acme', plan: 'partner', status: 'active' }],
    }),
  );
  writeFileSync(
    elsewhere,
    JSON.stringify({
      keys: [
        { id: key.id, hash: hashSecret(key.secret, ''), consumer: 'acme', status: 'active', allowedIPs: ['203.0.113.0/24'] },
      ],
    }),
  );
  gateway = await start(
    { files: { 'gateway.yaml': gatewayFile(issuer.url), 'openapi.yaml': document(issuer.url) } },
    { auth: 'enforced', env: { KEYS: keyFile, ELSEWHERE: elsewhere } },
  );
});
afterAll(async () => {
  await gateway.stop();
  await issuer.close();
  rmSync(folder, { recursive: true });
});

describe('credentials that are not there', () => {
  it('answers 401 with the challenge and no error code (JW-9, RFC 6750 §3.1)', async () => {
    const answer = await gateway.fetch('/user');
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="shop"');
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({ status: 401, code: 'credential-missing' });
  });

  it('names every challenge once (ID-1)', async () => {
    const answer = await gateway.fetch('/either');
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="shop", ApiKey realm="shop"');
  });

  it('lets anybody call what is public or optional, and nobody with a wrong credential', async () => {
    expect((await gateway.fetch('/public')).status).toBe(200);
    expect((await gateway.fetch('/optional')).status).toBe(200);
    expect((await gateway.fetch('/optional', { headers: { authorization: 'Bearer x' } })).status).toBe(401);
  });
});

describe('tokens', () => {
  const call = async (path: string, token: string): Promise<Response> =>
    await gateway.fetch(path, { headers: { authorization: `Bearer ${token}` } });

  it('accepts one of the issuer, again and again', async () => {
    const token = await issuer.token();
    expect([await call('/user', token), await call('/user', token)].map(({ status }) => status)).toEqual([200, 200]);
  });

  it('says what is wrong without saying what was expected', async () => {
    const answer = await call('/user', await issuer.token({ exp: 1 }));
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe(
      'Bearer realm="shop", error="invalid_token", error_description="expired"',
    );
  });

  it('asks for scopes (RFC 6750 §3.1)', async () => {
    const answer = await call('/scoped', await issuer.token({ scope: 'orders:write' }));
    expect(answer.status).toBe(403);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="shop", error="insufficient_scope", scope="orders:read"');
    expect(await answer.json()).toMatchObject({ code: 'scope' });
    expect((await call('/scoped', await issuer.token({ scope: 'a orders:read' }))).status).toBe(200);
  });

  it('lets nobody administrate while nothing says who may (AZ-3)', async () => {
    const answer = await call('/closed', await issuer.token({ scope: 'everything', roles: ['admin'] }));
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: 'policy', policy: 'authorize.defaultDeny' });
    // AZ-6: in the log, and counted.
    await vi.waitUntil(() => gateway.output.stdout.includes('"authz.rule":"authorize.defaultDeny"'), 10_000);
    const metrics = await (await fetch(`${gateway.admin}/metrics`, { headers: asAdmin })).text();
    expect(metrics).toContain('gw_authorization_decisions_total{decision="denied"} 1\n');
  });

  it('refuses two (JW-3)', async () => {
    const token = await issuer.token();
    const answer = await gateway.raw(
      `GET /user HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('error="invalid_request"');
  });
});

describe('a token in the query (JW-3)', () => {
  it('is accepted where the document says so, goes no further, and is in no log', async () => {
    gateway.upstream.requests.length = 0;
    const token = await issuer.token();
    expect((await gateway.fetch(`/token?a=1&access_token=${token}`)).status).toBe(200);
    expect(gateway.upstream.requests[0]?.url).toBe('/token?a=1');
    expect((await gateway.fetch(`/user?access_token=${token}`)).status).toBe(401);
    expect((await gateway.fetch(`/token?access_token=${token}&access%5Ftoken=${token}`)).status).toBe(400);
    await vi.waitUntil(() => (gateway.output.stdout.match(/"path":"\/token"/g) ?? []).length === 2, 10_000);
    expect(gateway.output.stdout).toContain('"auth_scheme":"queryToken"');
    expect(gateway.output.stdout + gateway.output.stderr).not.toContain(token);
  });
});

describe('a script of a web page (X-1, CR-2)', () => {
  const origin = 'https://app.example';

  it('can read every refusal, and what it is told to do about it', async () => {
    const bearer = async (claims: object): Promise<string> => `Bearer ${await issuer.token({ ...claims })}`;
    const refusals: readonly (readonly [path: string, headers: Readonly<Record<string, string>>, status: number])[] = [
      ['/user', {}, 401],
      ['/user', { authorization: 'Bearer x' }, 401],
      ['/user', { authorization: await bearer({ exp: 1 }) }, 401],
      ['/user', { authorization: 'Bearer a, Bearer b' }, 400],
      ['/scoped', { authorization: await bearer({}) }, 403],
      ['/closed', { authorization: await bearer({}) }, 403],
      ['/ip', { 'x-api-key': key.text }, 403],
      ['/either', { 'x-api-key': 'short' }, 401],
    ];
    for (const [path, headers, status] of refusals) {
      const answer = await gateway.fetch(path, { headers: { origin, ...headers } });
      const told = [answer.status, answer.headers.get('access-control-allow-origin'), answer.headers.get('vary')];
      expect(told, `${path} ${JSON.stringify(headers)}`).toEqual([status, origin, 'Origin']);
      expect(answer.headers.get('access-control-expose-headers')).toContain('www-authenticate');
    }
  });

  it('may ask without a credential whether it may send one', async () => {
    const headers = { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' };
    const answer = await gateway.fetch('/either', { method: 'OPTIONS', headers });
    expect([answer.status, answer.headers.get('access-control-allow-headers')]).toEqual([204, 'authorization, x-api-key']);
  });
});

describe('attacks on tokens', () => {
  const own = signingKey('ES256', 'attacker');
  const confused = (input: string, secret: string): string =>
    `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const nowS = Math.floor(Date.now() / 1_000);
  const claims = () => ({ iss: issuer.url, aud: 'api', sub: 'admin', iat: nowS, exp: nowS + 600 });
  /** Signed by the attacker, in a header of his choice. */
  const forged = async (header: Readonly<Record<string, unknown>>): Promise<string> => await issuer.token({}, header, own);

  const attacks: readonly (readonly [name: string, token: () => Promise<string> | string])[] = [
    ['alg none', () => `${part({ alg: 'none', typ: 'JWT' })}.${part(claims())}.`],
    ['alg nOnE', () => `${part({ alg: 'nOnE', typ: 'JWT' })}.${part(claims())}.`],
    [
      'the public key as a secret',
      () =>
        confused(`${part({ alg: 'HS256', kid: issuer.keys[0]?.kid })}.${part(claims())}`, JSON.stringify(issuer.keys[0]?.jwk)),
    ],
    ['a kid that is a path', () => forged({ kid: '../../../dev/null' })],
    ['a kid that is SQL', () => forged({ kid: "x' UNION SELECT 'key" })],
    ['a kid of the issuer, another key', () => forged({ kid: issuer.keys[0]?.kid })],
    ['jku', () => forged({ jku: `${gateway.upstream.url}/keys` })],
    ['x5u', () => forged({ x5u: `${gateway.upstream.url}/keys` })],
    ['an embedded jwk', () => forged({ jwk: own.jwk })],
    ['crit', async () => (await issuer.token({}, {})).replace(/^[^.]*/, part({ alg: 'ES256', crit: ['exp'], exp: 1 }))],
    ['expired', () => issuer.token({ exp: nowS - 60 })],
    ['of tomorrow', () => issuer.token({ nbf: nowS + 86_400 })],
    ['issued in the future', () => issuer.token({ iat: nowS + 86_400 })],
    ['without an end', () => issuer.token({ exp: undefined })],
    ['of another issuer', () => issuer.token({ iss: 'https://evil.example' })],
    ['for another audience', () => issuer.token({ aud: 'other' })],
    ['of another type', () => issuer.token({}, { typ: 'logout+jwt' })],
    ['changed claims', async () => (await issuer.token()).replace(/\.[^.]*\./, `.${part(claims())}.`)],
    ['without its signature', async () => (await issuer.token()).replace(/[^.]*$/, '')],
  ];

  it.each(attacks)('%s: 401, and nothing reaches the service', async (_name, token) => {
    gateway.upstream.requests.length = 0;
    const answer = await gateway.fetch('/user', { headers: { authorization: `Bearer ${await token()}` } });
    expect([answer.status, gateway.upstream.requests]).toEqual([401, []]);
    expect(answer.headers.get('www-authenticate')).toMatch(
      /^Bearer realm="shop", error="invalid_token", error_description="[a-z ]+"$/,
    );
  });
});

describe('API keys', () => {
  it('accepts a key and keeps it from the service (AK-6)', async () => {
    gateway.upstream.requests.length = 0;
    expect((await gateway.fetch('/key', { headers: { 'x-api-key': key.text } })).status).toBe(200);
    expect((await gateway.fetch(`/query?a=1&api%5Fkey=${key.text}&b=2`)).status).toBe(200);
    const [inHeader, inQuery] = gateway.upstream.requests;
    expect(inHeader?.headers['x-api-key']).toBeUndefined();
    expect(inQuery?.url).toBe('/query?a=1&b=2');
  });

  it('answers every other key alike (AK-7)', async () => {
    const answers = await Promise.all(
      [newApiKey('test').text, `${key.text.slice(0, -1)}!`, 'short'].map((text) =>
        gateway.fetch('/key', { headers: { 'x-api-key': text } }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    const [first] = answers;
    expect(first?.headers.get('www-authenticate')).toBe('ApiKey realm="shop"');
  });

  it('needs every credential of an AND', async () => {
    const authorization = `Bearer ${await issuer.token()}`;
    expect((await gateway.fetch('/both', { headers: { 'x-api-key': key.text } })).status).toBe(401);
    expect((await gateway.fetch('/both', { headers: { authorization } })).status).toBe(401);
    expect((await gateway.fetch('/both', { headers: { authorization, 'x-api-key': key.text } })).status).toBe(200);
  });

  it('takes the credential that is there, and passes none that it has not verified', async () => {
    gateway.upstream.requests.length = 0;
    const answer = await gateway.fetch('/either', { headers: { 'x-api-key': key.text, authorization: 'Bearer forged' } });
    expect(answer.status).toBe(200);
    expect(gateway.upstream.requests[0]?.headers.authorization).toBeUndefined();
  });
});

describe('identity headers (ID-2 to ID-4)', () => {
  const SPELLINGS = [
    'X-User-Id',
    'x-user-id',
    'X_User_Id',
    'X-USER_ID',
    'X-User-Roles',
    'X-Roles',
    'X-Consumer-Id',
    'X-Tenant-Id',
    'X-Auth-Subject',
    'X-Gw-Identity',
    'Client-Cert',
    'X-Forwarded-Client-Cert',
    'X-Email',
  ];

  async function received(path: string, lines: readonly string[]): Promise<readonly string[]> {
    gateway.upstream.requests.length = 0;
    await gateway.raw(
      `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`,
    );
    const [request] = gateway.upstream.requests;
    return (
      request?.rawHeaders.flatMap((name, index, all) => (index % 2 === 0 ? [`${name.toLowerCase()}: ${all[index + 1]}`] : [])) ??
      []
    );
  }
  const about = (lines: readonly string[]): readonly string[] =>
    lines.filter((line) => /user|role|consumer|tenant|x-auth|x-gw|cert|email|evil/i.test(line)).sort();

  it.each(['/public', '/optional', '/user'])('passes none that a client has sent to %s', async (path) => {
    const token =
      path === '/user' ? [`Authorization: Bearer ${await issuer.token({ sub: 'user-1', email: 'a@b.example' })}`] : [];
    const lines = await received(path, [...token, ...SPELLINGS.map((name) => `${name}: evil`)]);
    expect(lines.length).toBeGreaterThan(0);
    expect(about(lines)).toEqual(path === '/user' ? ['x-consumer-id: user-1', 'x-email: a@b.example', 'x-user-id: user-1'] : []);
  });

  it('says who calls, however the client lists its connection options (ID-3)', async () => {
    const token = await issuer.token({ sub: 'user-1', roles: ['rider', 'v,i,p'] });
    const answer = await received('/user', [`Authorization: Bearer ${token}`, 'Connection: X-User-Id, X-User-Roles']);
    expect(about(answer)).toEqual(['x-consumer-id: user-1', 'x-user-id: user-1', 'x-user-roles: rider,v%2Ci%2Cp']);
  });

  it('encodes what no field may hold', async () => {
    const token = await issuer.token({ sub: 'zo\u00eb\r\nX-Evil: 1' });
    expect(about(await received('/user', [`Authorization: Bearer ${token}`]))).toContain('x-user-id: zo%C3%AB%0D%0AX-Evil: 1');
  });

  it('refuses a caller with more to say than fits', async () => {
    const answer = await gateway.fetch('/user', {
      headers: { authorization: `Bearer ${await issuer.token({ sub: 'x'.repeat(4_100) })}` },
    });
    expect(answer.status).toBe(431);
  });
});

describe('the address of a client that is no trusted proxy', () => {
  it('cannot be spoofed by X-Forwarded-For', async () => {
    const answer = await gateway.fetch('/ip', { headers: { 'x-api-key': key.text, 'x-forwarded-for': '203.0.113.9' } });
    expect(answer.status).toBe(403);
  });
});

describe('an issuer that is down when the gateway starts (JW-4)', () => {
  it('is told by readiness and metrics, and is forgotten once its keys are there', async () => {
    const late = await startIssuer();
    late.answer = (_request, response) => void response.writeHead(500).end();
    const files = { 'gateway.yaml': gatewayFile(late.url), 'openapi.yaml': document(late.url) };
    await using waiting = await start({ files }, { auth: 'enforced', env: { KEYS: keyFile, ELSEWHERE: elsewhere } });
    const ask = async (path: string): Promise<string> => await (await fetch(waiting.admin + path, { headers: asAdmin })).text();
    /** The metrics that tell of keys, without their labels. */
    const metrics = async (): Promise<readonly string[]> =>
      (await ask('/metrics')).split('\n').flatMap((line) => {
        const [, name, value] = /^(gw_ready|gw_jwks_keys|gw_jwks_failing)(?:\{.*\})? (.*)$/.exec(line) ?? [];
        return name === undefined ? [] : [`${name} ${value}`];
      });
    const call = async (): Promise<number> =>
      (await waiting.fetch('/user', { headers: { authorization: `Bearer ${await late.token()}` } })).status;
    try {
      const detail = 'The keys of an issuer were not loaded yet.';
      expect(JSON.parse(await ask('/readyz'))).toEqual({ status: 'fail', state: 'ready', detail });
      expect(await metrics()).toEqual(['gw_ready 0', 'gw_jwks_keys 0', 'gw_jwks_failing 1']);
      late.answer = undefined;
      // A token of a key that is unknown asks for the keys at once.
      expect(await call()).toBe(200);
      expect(JSON.parse(await ask('/readyz'))).toEqual({ status: 'pass', state: 'ready' });
      expect(await metrics()).toEqual(['gw_ready 1', 'gw_jwks_keys 1', 'gw_jwks_failing 0']);
      expect(JSON.parse(await ask('/readyz?verbose'))).toMatchObject({
        keySets: [{ id: `issuer ${late.url}`, keys: 1, failing: false, loadedAt: expect.any(String) }],
      });
    } finally {
      await late.close();
    }
  });
});

describe('the admin listener (AD-2)', () => {
  const ask = async (method: string, path: string, token: string, body?: object) => {
    const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    const answer = await fetch(gateway.admin + path, init);
    const text = await answer.text();
    return { status: answer.status, code: answer.status < 400 ? undefined : JSON.parse(text).code };
  };

  it('takes tokens of an issuer for what their roles are good for', async () => {
    const ops = await issuer.token({ sub: 'olga', roles: ['ops', 'unknown', '__proto__'] });
    expect(await ask('GET', '/routes', ops)).toEqual({ status: 200, code: undefined });
    expect(await ask('GET', '/metrics', ops)).toEqual({ status: 403, code: 'insufficient-scope' });
    expect(await ask('GET', '/metrics', await issuer.token({ roles: ['auditor'] }))).toMatchObject({ status: 200 });
    expect(await ask('GET', '/routes', await issuer.token())).toEqual({ status: 403, code: 'insufficient-scope' });
    const order = { block: true, for: '1m', reason: 'A test' };
    expect(await ask('PUT', '/overrides/consumer/nobody', ops, order)).toMatchObject({ status: 200 });
    expect(await ask('DELETE', '/overrides/consumer/nobody', ops)).toMatchObject({ status: 204 });
    expect(gateway.output.stderr).toContain('"msg":"audit","who":"user:olga","operation":"setOverride"');
  });

  it('takes none that callers would not be let in with', async () => {
    const now = Math.floor(Date.now() / 1_000);
    const wrong = [
      await issuer.token({ roles: ['ops'], exp: now - 600 }),
      await issuer.token({ roles: ['ops'], aud: 'other' }),
      await issuer.token({ roles: ['ops'] }, {}, signingKey()),
    ];
    for (const token of wrong) expect(await ask('GET', '/routes', token)).toEqual({ status: 401, code: 'unauthorized' });
    const revoked = await issuer.token({ roles: ['ops'], jti: 'stolen' });
    expect(await ask('GET', '/routes', revoked)).toMatchObject({ status: 200 });
    const headers = { ...asAdmin, 'content-type': 'application/json' };
    const body = JSON.stringify({ jti: 'stolen', reason: 'A test' });
    expect((await fetch(`${gateway.admin}/tokens/revoke`, { method: 'POST', headers, body })).status).toBe(200);
    expect(await ask('GET', '/routes', revoked)).toEqual({ status: 401, code: 'unauthorized' });
  });
});
