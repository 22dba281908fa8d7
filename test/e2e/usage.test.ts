import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startEcho } from '../support/echo.ts';
import { ADMIN_TOKEN, asAdmin, start } from '../support/gateway.ts';
import { runGw } from '../support/gw.ts';

describe('gw usage', () => {
  it('asks a running gateway, and says what is wrong when it cannot', async () => {
    await using gateway = await start({
      openapi: '3.1.1',
      info: { title: 'Orders', version: '1' },
      security: [],
      'x-gateway': { owner: 'team-orders', public: 'A test' },
      paths: { '/orders': { get: { operationId: 'list', responses: { 200: { description: 'Fine' } } } } },
    });
    await gateway.fetch('/orders');
    const ask = (...args: readonly string[]) => runGw(gateway.folder, ['usage', '--admin', gateway.admin, ...args]);
    let { stdout } = await ask('--token', ADMIN_TOKEN);
    while (stdout === 'Nothing was counted.\n') ({ stdout } = await ask('--token', ADMIN_TOKEN));
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\d +- +GET \/orders +- +1 /m);
    expect(await ask('--token', 'wrong-token-of-somebody')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--token'),
    });
    expect(await runGw(gateway.folder, ['usage', '--admin', '127.0.0.1:1'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('does not answer'),
    });
  });
});

const deprecated = `
openapi: 3.1.1
info: { title: Orders, version: "1" }
x-gateway: { owner: team-orders, upstream: orders, version: { name: "1", by: path } }
security: [{ key: [] }]
components: { securitySchemes: { key: { type: apiKey, in: header, name: X-API-Key } } }
paths:
  /v1/orders:
    get:
      operationId: list
      deprecated: true
      x-gateway:
        lifecycle: { sunset: 2126-01-01, successor: /v2/orders }
        limits: { quota: { requests: 3, per: month, by: consumer } }
      responses: { "200": { description: Fine } }
`;

describe('telemetry.usage', () => {
  it('LC-5, PR-7, RL-8: tells a webhook who uses what is deprecated, and who has used a quota up, and a file who uses what', async () => {
    const hook = await startEcho();
    const gatewayFile = [
      'name: shop',
      'specs: [openapi.yaml]',
      'server: { timeouts: { preStop: 0ms } }',
      'upstreams: { orders: { url: "${UPSTREAM_URL}" } }',
      'teams: { team-orders: {} }',
      'admin: { readOnly: true }',
      'security: { key: { type: apiKey, keys: "file:${STATE}/keys.json", pepper: "${PEPPER}" } }',
      'telemetry: { usage: { file: "${STATE}/usage.jsonl", webhook: { url: "${HOOK_URL}", threshold: 2 } } }',
    ].join('\n');
    const folder = mkdtempSync(join(tmpdir(), 'gw-usage-'));
    writeFileSync(join(folder, 'keys.json'), '{ "keys": [] }');
    await using gateway = await start(
      { files: { 'gateway.yaml': gatewayFile, 'openapi.yaml': deprecated } },
      { auth: 'enforced', env: { STATE: folder, PEPPER: 'pepper', HOOK_URL: `${hook.url}/hook`, GW_THREADS: '2' } },
    );
    const made = await fetch(`${gateway.admin}/apikeys`, {
      method: 'POST',
      headers: { ...asAdmin, 'content-type': 'application/json' },
      body: '{ "consumer": "acme" }',
    });
    const { key }: { key: string } = JSON.parse(await made.text());
    for (let call = 0; call < 3; call++) await gateway.fetch('/v1/orders', { headers: { 'x-api-key': key } });
    await gateway.fetch('/v1/orders');
    while (hook.requests.length < 2) await new Promise(setImmediate);
    const notices = hook.requests.map(({ body }) => JSON.parse(body)).sort((a, b) => (a.type < b.type ? -1 : 1));
    const common = { gateway: 'shop', consumer: 'acme', route: 'list' };
    expect(notices).toMatchObject([
      { type: 'deprecated-usage', ...common, version: '1', sunset: '2126-01-01', successor: '/v2/orders' },
      { type: 'quota-reached', ...common, policy: 'quota-month', percent: 100, limit: 3 },
    ]);
    const reload = await fetch(`${gateway.admin}/config/reload`, { method: 'POST', headers: asAdmin });
    expect([reload.status, await reload.json()]).toMatchObject([403, { code: 'read-only' }]);
    gateway.process.kill('SIGTERM');
    await once(gateway.process, 'exit');
    const lines = readFileSync(join(folder, 'usage.jsonl'), 'utf8').trimEnd().split('\n');
    const rows = lines.flatMap((line) => JSON.parse(line).rows);
    const counted = (consumer: string, name: string): number =>
      rows
        .filter((row) => row.consumer === consumer && row.class === name && row.version === '1' && row.route === 'list')
        .reduce((sum, { requests }) => sum + requests, 0);
    expect([counted('acme', '2xx'), counted('-', '4xx'), rows.length]).toEqual([3, 1, expect.any(Number)]);
    expect(hook.requests.length).toBe(2);
    await hook.close();
    rmSync(folder, { recursive: true });
  });
});
