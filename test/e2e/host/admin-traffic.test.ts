import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEcho } from '../../support/echo.ts';
import { ADMIN_TOKEN, asAdmin, type StartedGateway, start } from '../../support/gateway.ts';

const sha256 = (token: string): string => `sha256:${createHash('sha256').update(token).digest('hex')}`;
const reader = 'token-of-a-reader';

const operation = (operationId: string, extension: object, more: object = {}) => ({
  get: { operationId, responses: { 200: { description: 'Fine' } }, 'x-gateway': extension, ...more },
});
const document = {
  openapi: '3.1.1',
  info: { title: 'Orders', version: '1' },
  security: [],
  'x-gateway': { owner: 'team-orders', public: 'A test', upstream: 'stable' },
  paths: {
    '/canary': operation('canary', {
      split: {
        targets: [
          { upstream: 'stable', weight: 100 },
          { upstream: 'next', weight: 0 },
        ],
      },
    }),
    '/old': operation(
      'old',
      { lifecycle: { deprecated: '2020-01-01', sunset: '2126-01-01' }, version: { name: '1', by: 'path' } },
      { deprecated: true },
    ),
    '/gone': operation('gone', { lifecycle: { deprecated: '2020-01-01', sunset: '2021-01-01' } }),
  },
};

describe('what operators do while it runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gw-audit-'));
  let gateway: StartedGateway;
  let next: Awaited<ReturnType<typeof startEcho>>;
  beforeAll(async () => {
    next = await startEcho();
    gateway = await start(
      {
        files: {
          'api.json': JSON.stringify(document),
          'gateway.yaml': [
            'name: traffic',
            'specs: [api.json]',
            `upstreams: { stable: { url: "\${UPSTREAM_URL}" }, next: { url: "${next.url}" } }`,
            'teams: { team-orders: { paths: ["/**"] } }',
            'admin:',
            '  audit: "${AUDIT}"',
            `  tokens: [{ name: reader, hash: "${sha256(reader)}", scopes: ["routes:read", "metrics:read"] }]`,
          ].join('\n'),
        },
      },
      { env: { AUDIT: join(folder, 'audit.jsonl') } },
    );
  });
  afterAll(async () => {
    await gateway?.stop();
    await next?.close();
    rmSync(folder, { recursive: true });
  });

  const ask = async (
    method: string,
    path: string,
    { json, headers = asAdmin }: { json?: unknown; headers?: Record<string, string> } = {},
  ) => {
    const answer = await fetch(gateway.admin + path, {
      method,
      headers: { ...headers, ...(json === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json') === true;
    return { status: answer.status, headers: answer.headers, text, json: isJson ? JSON.parse(text) : undefined };
  };
  /** Waits until a request is answered as wanted: a thread hears of a change in its next turn. */
  const until = async (wanted: () => Promise<boolean>): Promise<void> => {
    while (!(await wanted())) await new Promise(setImmediate);
  };

  it('AD-2: asks for a token, and for its scopes', async () => {
    const nobody = await ask('GET', '/routes', { headers: {} });
    expect([nobody.status, nobody.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="admin"']);
    const asReader = { authorization: `Bearer ${reader}` };
    expect((await ask('GET', '/routes', { headers: asReader })).status).toBe(200);
    const refused = await ask('PUT', '/splits/canary', { json: { next: 1 }, headers: asReader });
    expect([refused.status, refused.json.code, refused.json.scopes]).toEqual([403, 'insufficient-scope', ['limits:override']]);
    expect((await ask('GET', '/livez', { headers: {} })).status).toBe(200);
  });

  it('AD-2: slows down who guesses, and nobody else', async () => {
    const guesses = [];
    for (let guess = 0; guess < 12; guess++) {
      guesses.push((await ask('GET', '/routes', { headers: { authorization: `Bearer wrong-${guess}` } })).status);
    }
    expect(guesses.at(0)).toBe(401);
    expect(guesses.at(-1)).toBe(429);
    expect((await ask('GET', '/routes')).status).toBe(200);
  });

  it('RT-11: weights of a split change on every thread, survive a reload, and go back', async () => {
    const toNext = async (): Promise<boolean> => {
      const before = next.requests.length;
      await gateway.fetch('/canary');
      return next.requests.length > before;
    };
    expect((await ask('GET', '/splits/canary')).json).toEqual({ stable: 100, next: 0 });
    expect(await toNext()).toBe(false);
    expect((await ask('PUT', '/splits/canary', { json: { stable: 0, next: 5 } })).json).toEqual({ stable: 0, next: 5 });
    await until(toNext);
    expect((await ask('GET', '/splits')).json).toEqual({ canary: { stable: 0, next: 5 } });
    expect((await ask('DELETE', '/splits/canary')).status).toBe(204);
    await until(async () => !(await toNext()));
  });

  it('refuses weights that cannot be, and those of somebody who looked at others', async () => {
    expect((await ask('PUT', '/splits/canary', { json: { other: 5 } })).status).toBe(422);
    expect((await ask('PUT', '/splits/canary', { json: { stable: 0 } })).status).toBe(422);
    expect((await ask('PUT', '/splits/canary', { json: { stable: -1 } })).status).toBe(422);
    expect((await ask('PUT', '/splits/canary', { json: { stable: 'x' } })).status).toBe(422);
    expect((await ask('PUT', '/splits/nothing', { json: { a: 1 } })).status).toBe(404);
    const { headers } = await ask('GET', '/splits/canary');
    const put = (etag: string) => ask('PUT', '/splits/canary', { json: { next: 0 }, headers: { ...asAdmin, 'if-match': etag } });
    expect((await put('"other"')).status).toBe(412);
    expect((await put(headers.get('etag') ?? '')).status).toBe(200);
  });

  it('LC-3: grace is for one consumer and an operation that ends', async () => {
    const until = '2126-06-01T00:00:00.000Z';
    expect((await ask('PUT', '/grace/gone/acme', { json: { until, reason: 'They asked' } })).json).toEqual({
      route: 'gone',
      consumer: 'acme',
      until,
    });
    expect((await ask('PUT', '/grace/canary/acme', { json: { until, reason: 'They asked' } })).status).toBe(404);
    expect((await ask('PUT', '/grace/gone/acme', { json: { until } })).status).toBe(422);
    expect((await ask('PUT', '/grace/gone/late', { json: { until: '2020-01-01T00:00:00Z', reason: 'Late' } })).status).toBe(422);
    expect((await ask('GET', '/grace')).json).toEqual({ grace: [{ route: 'gone', consumer: 'acme', until }] });
    expect((await ask('DELETE', '/grace/gone/acme')).status).toBe(204);
    expect((await ask('GET', '/grace')).json).toEqual({ grace: [] });
  });

  it('LC-5: tells who uses what, with its version and its end', async () => {
    await gateway.fetch('/old');
    const today = new Date().toISOString().slice(0, 10);
    await until(async () => (await ask('GET', '/usage?deprecated=true')).json.usage.length > 0);
    const { usage } = (await ask('GET', '/usage?deprecated=true')).json;
    expect(usage[0]).toMatchObject({
      consumer: '-',
      route: 'old',
      version: '1',
      deprecated: true,
      sunset: '2126-01-01',
      method: 'GET',
      template: '/old',
    });
    expect([today, new Date().toISOString().slice(0, 10)]).toContain(usage[0].day);
    expect((await ask('GET', '/usage?since=2125-01-01')).json).toEqual({ usage: [] });
    expect((await ask('GET', '/usage?since=yesterday')).status).toBe(400);
    const { json: page } = await ask('GET', '/usage?limit=1');
    expect([page.usage.length, page.next]).toEqual([1, expect.stringMatching(/^[\w-]+$/)]);
    const rest = (await ask('GET', `/usage?after=${page.next}`)).json;
    expect(rest.usage).not.toContainEqual(page.usage[0]);
    expect(rest.usage.length).toBeGreaterThan(0);
    expect((await ask('GET', '/usage?after=nothing')).status).toBe(400);
  });

  it('tells Prometheus', async () => {
    await gateway.fetch('/old');
    await until(async () => (await ask('GET', '/metrics')).text.includes('gw_deprecated_requests_total{'));
    const { text, headers } = await ask('GET', '/metrics');
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toMatch(
      /^# TYPE gw_requests_total counter\ngw_requests_total\{class="1xx"\} 0\ngw_requests_total\{class="2xx"\} [1-9]/m,
    );
    // LC-5, RT-12: no label says who called.
    expect(text).toMatch(/^gw_deprecated_requests_total\{route="old"\} [1-9]/m);
    expect(text).toMatch(/^gw_version_requests_total\{version="1"\} [1-9]/m);
    for (const line of text.trimEnd().split('\n'))
      expect(line).toMatch(/^(?:# (?:HELP|TYPE) gw_\w+ .+|gw_\w+(?:\{[^}]*\})? \d+(?:\.\d+)?)$/);
  });

  it('AD-5: says who changed what, and no secret', () => {
    const audits = gateway.output.stderr.split('\n').filter((line) => line.includes('"audit"'));
    expect(audits.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ who: 'environment', operation: 'setSplit', path: '/splits/canary', status: 200 }),
    );
    expect(gateway.output.stderr).not.toContain(ADMIN_TOKEN);
    const kept = readFileSync(join(folder, 'audit.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const state = expect.stringMatching(/^[0-9a-f]{64}$/);
    expect(kept).toContainEqual(
      expect.objectContaining({ operation: 'setGrace', status: 200, reason: 'They asked', before: state, after: state }),
    );
    expect(kept.filter((line) => line.previous === '').length).toBe(1);
    expect(kept.filter(({ status }) => status >= 400).every((line) => !('after' in line))).toBe(true);
  });

  it('publishes its own document', async () => {
    expect((await ask('GET', '/openapi.json')).json).toMatchObject({
      openapi: '3.1.1',
      info: { title: 'Administration of a gateway' },
    });
  });
});
