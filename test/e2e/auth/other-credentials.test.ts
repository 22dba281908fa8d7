import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import bcrypt from 'bcryptjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asAdmin, type StartedGateway, start } from '../../support/gateway.ts';
import { type Issuer, startIssuer } from '../../support/issuer.ts';

const document = `
openapi: 3.1.1
info: { title: Orders, version: "1" }
x-gateway: { owner: team-orders, upstream: orders }
security: [{ opaque: [] }]
components:
  securitySchemes:
    opaque: { type: http, scheme: bearer }
    user: { type: http, scheme: basic }
paths:
  /opaque: { get: { responses: { "200": { description: Fine } } } }
  /basic: { get: { security: [{ user: [] }], responses: { "200": { description: Fine } } } }
`;

const gatewayFile = (issuer: string): string => `
name: shop
specs: [openapi.yaml]
upstreams: { orders: { url: "\${UPSTREAM_URL}" } }
teams: { team-orders: {} }
security:
  opaque: { type: introspection, issuer: "${issuer}", audience: api, endpoint: "${issuer}/introspect", clientId: gw, clientSecret: "\${SECRET}" }
  user: { type: basic, users: "file:\${USERS}" }
`;

let issuer: Issuer;
let gateway: StartedGateway;
const folder = mkdtempSync(join(tmpdir(), 'gw-users-'));
const asked: { readonly body: string; readonly authorization: string | undefined }[] = [];
/** What the server says about tokens; undefined: it is down. */
let answers: Readonly<Record<string, unknown>> | undefined = {};

beforeAll(async () => {
  issuer = await startIssuer();
  issuer.answer = (request, response) => void introspect(request, response);
  const users = join(folder, 'users.json');
  writeFileSync(users, JSON.stringify({ users: [{ name: 'ann', hash: await bcrypt.hash('s3cret:x', 10), roles: ['ops'] }] }));
  gateway = await start(
    { files: { 'gateway.yaml': gatewayFile(issuer.url), 'openapi.yaml': document } },
    { auth: 'enforced', env: { USERS: users, SECRET: 'hush' } },
  );
});
afterAll(async () => {
  await gateway.stop();
  await issuer.close();
  rmSync(folder, { recursive: true });
});

async function introspect(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const piece of request) body += String(piece);
  asked.push({ body, authorization: request.headers.authorization });
  if (answers === undefined) {
    response.writeHead(500).end();
    return;
  }
  const token = new URLSearchParams(body).get('token') ?? '';
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(answers[token] ?? { active: false }));
}

describe('opaque tokens (IN-1 to IN-4)', () => {
  const call = async (token: string): Promise<Response> =>
    await gateway.fetch('/opaque', { headers: { authorization: `Bearer ${token}` } });
  const exp = Math.floor(Date.now() / 1_000) + 600;

  it('asks the server once, and proves itself', async () => {
    answers = { good: { active: true, aud: 'api', sub: 'user-1', exp } };
    const statuses = await Promise.all([call('good'), call('good'), call('good')]);
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await call('good')).status).toBe(200);
    expect(asked).toEqual([
      { body: 'token=good&token_type_hint=access_token', authorization: `Basic ${Buffer.from('gw:hush').toString('base64')}` },
    ]);
    expect(gateway.upstream.requests.at(-1)?.headers['x-user-id']).toBe('user-1');
  });

  it('refuses what is not active, or for somebody else', async () => {
    answers = { other: { active: true, aud: 'other', exp }, late: { active: true, aud: 'api', exp: 1 } };
    const before = asked.length;
    const tokens = ['unknown', 'other', 'late'];
    for (const token of [...tokens, ...tokens]) expect((await call(token)).status).toBe(401);
    expect(asked.length - before).toBe(3);
  });

  it('answers 503 while nobody can tell, never 401, and knows whom it knew (IN-3)', async () => {
    answers = undefined;
    const answer = await call('fresh');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect((await call('good')).status).toBe(200);
  });

  it('tells how often it has asked, and what it has heard', async () => {
    const text = await (await fetch(`${gateway.admin}/metrics`, { headers: asAdmin })).text();
    const heard = text.match(/^gw_(?:introspections_total|credentials_refused_total).*$/gm);
    expect(heard).toEqual([
      'gw_credentials_refused_total 7',
      'gw_introspections_total{result="active"} 3',
      'gw_introspections_total{result="inactive"} 1',
      'gw_introspections_total{result="failed"} 1',
    ]);
  });
});

describe('passwords (BA-1)', () => {
  const call = async (pair: string): Promise<Response> =>
    await gateway.fetch('/basic', { headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } });

  it('lets the user in, and keeps the password from the service', async () => {
    gateway.upstream.requests.length = 0;
    expect((await call('ann:s3cret:x')).status).toBe(200);
    expect((await call('ann:s3cret:x')).status).toBe(200);
    expect(gateway.upstream.requests[0]?.headers).toMatchObject({ 'x-user-id': 'ann', 'x-user-roles': 'ops' });
    expect(gateway.upstream.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('says the same of a wrong password and an unknown user', async () => {
    const [wrong, unknown] = await Promise.all([call('ann:nope'), call('bob:nope')]);
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(wrong.headers.get('www-authenticate')).toBe('Basic realm="shop", charset="UTF-8"');
  });

  it('stops comparing after ten failures', async () => {
    const statuses: number[] = [];
    for (let index = 0; index < 12; index += 1) statuses.push((await call(`ann:${index}`)).status);
    expect(statuses.at(-1)).toBe(429);
    expect((await call('ann:s3cret:x')).status).toBe(200);
  });
});
