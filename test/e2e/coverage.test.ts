import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testFolder } from '../support/gw.ts';

const document = (team: string, paths: string): string => `openapi: 3.1.0
info: { title: ${team}, version: 1.0.0 }
x-gateway: { upstream: main, owner: ${team} }
components:
  securitySchemes: { key: { type: apiKey, in: header, name: X-API-Key } }
  schemas: { Full: { type: object, example: { a: 1 } } }
security: [{ key: [] }]
paths:
${paths}`;
const files = {
  'a.yaml': document(
    'team-a',
    `  /a/full:
    post:
      operationId: full
      x-gateway: { timeouts: { total: 3s } }
      requestBody: { content: { application/json: { example: { a: 1 }, schema: { type: object } } } }
      responses: { "201": { description: ok, content: { application/json: { schema: { $ref: "#/components/schemas/Full" } } } } }
  /a/bare:
    get:
      operationId: bare
      security: []
      x-gateway: { public: A test, validation: { request: none } }
      responses: { "200": { description: ok, content: { application/json: { schema: { type: object } } } } }
`,
  ),
  'b.yaml': document(
    'team-b',
    `  /v1/b/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
    get:
      operationId: old
      deprecated: true
      x-gateway: { lifecycle: { deprecated: 2026-01-01, sunset: 2027-03-15, successor: "/v2/b/{id}" } }
      responses: { "200": { description: ok } }
  /v0/b:
    get:
      operationId: older
      deprecated: true
      x-gateway: { lifecycle: { deprecated: 2025-01-01, sunset: 2026-11-01 } }
      responses: { "200": { description: ok } }
`,
  ),
  'gateway.yaml': `specs: [a.yaml, b.yaml]
upstreams: { main: { url: "http://127.0.0.1:9000" } }
teams: { team-a: { paths: ["/**"] }, team-b: { paths: ["/**"] } }
security: { key: { type: apiKey, keys: "file:keys.json" } }
`,
};

describe('gw coverage', () => {
  it('says by team what is covered', async () => {
    using folder = testFolder(files);
    const { code, stdout } = await folder.gw('coverage', '--missing');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^team-a +2 +100 % +0 % +50 % +50 % +100 % +50 %$/m);
    expect(stdout).toMatch(/^team-b +2 +100 % +0 % +100 % +0 % +100 % +100 %$/m);
    expect(stdout).toMatch(/^all +4 +100 % +0 % +75 % +25 % +100 % +75 %$/m);
    expect(stdout).toMatch(/^GET \/a\/bare +team-a +limit, validation, timeout, examples$/m);
  });

  it('fails below a threshold, and names team, aspect and what is meant', async () => {
    using folder = testFolder(files);
    const { code, stdout } = await folder.gw('coverage', '--min', 'validation=80', '--min', 'auth=100');
    expect(code).toBe(1);
    expect(stdout).toContain('team-a: validation is 50 %, and 80 % is wanted: requests are validated and refused');
    expect(stdout).not.toContain('auth is');
    expect(await folder.gw('coverage', '--min', 'auht=80')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('auth=100'),
    });
  });

  it('keeps what was reached: less fails and changes no file, more is kept', async () => {
    using folder = testFolder(files);
    const ratchet = join(folder.path, 'coverage.json');
    expect((await folder.gw('coverage', '--ratchet', 'coverage.json')).code).toBe(0);
    const reached = readFileSync(ratchet, 'utf8');
    expect(JSON.parse(reached)).toMatchObject({ 'team-a': { auth: 100, validation: 50 }, all: { timeout: 25 } });
    folder.write({ 'a.yaml': files['a.yaml'].replace('timeouts: { total: 3s }', 'visibility: listed') });
    const fallen = await folder.gw('coverage', '--ratchet', 'coverage.json');
    expect([fallen.code, readFileSync(ratchet, 'utf8')]).toEqual([1, reached]);
    expect(fallen.stdout).toContain('team-a: timeout is 0 %, and 50 % is wanted');
    writeFileSync(ratchet, '[]');
    expect((await folder.gw('coverage', '--ratchet', 'coverage.json')).code).toBe(2);
  });
});

describe('gw sunset', () => {
  it('lists what ends, the next one first, with who still calls', async () => {
    const line = (route: string, more: object): string =>
      JSON.stringify({ msg: 'request', method: 'GET', route, status: 200, ...more });
    using folder = testFolder({
      ...files,
      'access.log': [
        line('/v1/b/{id}', { consumer: 'acme', client_ip: '192.0.2.1' }),
        line('/v1/b/{id}', { consumer: 'acme', client_ip: '192.0.2.1' }),
        line('/v1/b/{id}', { client_ip: '192.0.2.7' }),
        line('/a/full', { consumer: 'other' }),
        'not a line',
      ].join('\n'),
    });
    const run = (...args: readonly string[]) => folder.gw('sunset', '--now', '2027-02-20', ...args);
    const { code, stdout, stderr } = await run('--access-log', 'access.log');
    expect([code, stderr]).toEqual([0, 'gw: access.log: 1 lines are no lines of an access log\n']);
    expect(stdout.trimEnd().split('\n').slice(1)).toEqual([
      expect.stringMatching(/^2026-11-01 {2}!!past, 410 +GET \/v0\/b +team-b +- +nobody$/),
      expect.stringMatching(
        /^2027-03-15 {2}\* 23 +GET \/v1\/b\/\{id\} +team-b +\/v2\/b\/\{id\} +acme \(2\), 192\.0\.2\.7 \(1\)$/,
      ),
    ]);
    expect((await run('--access-log', 'access.log', '--fail-within', '7')).code).toBe(0);
    expect((await run('--access-log', 'access.log', '--fail-within', '30')).code).toBe(1);
    expect((await run('--access-log', 'missing.log')).code).toBe(2);
  });
});
