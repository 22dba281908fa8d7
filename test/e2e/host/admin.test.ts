import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asAdmin } from '../../support/gateway.ts';
import { buildText, platform } from './support/bundle.ts';
import { GatewayRun } from './support/process.ts';

let run: GatewayRun;
beforeAll(async () => {
  run = await GatewayRun.start(await buildText(platform(['/orders', '/orders/search', '/orders/{id}', '/two/{a}/{b}'])));
});
afterAll(() => run.stop());

/** One request with headers that `fetch` does not let out. */
async function raw(method: string, path: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  return await new Promise((resolve, reject) => {
    const asked = request(new URL(run.admin), { method, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on('error', reject).end();
  });
}

describe('the admin listener', () => {
  it.each([
    ['/livez', { status: 'pass' }],
    ['/startupz', { status: 'pass' }],
    ['/readyz', { status: 'pass', state: 'ready' }],
  ])('answers %s', async (path, json) => {
    const answer = await fetch(run.admin + path);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/health+json']);
    expect(await answer.json()).toEqual(json);
  });

  it('tells what the threads are doing', async () => {
    await (await run.fetch('/orders')).arrayBuffer();
    await (await run.fetch('/nowhere')).arrayBuffer();
    await run.eventually('/readyz?verbose', ({ requests, inFlight }) => requests === 2 && inFlight === 0);
    expect((await run.ask('/readyz?verbose')).json).toMatchObject({
      state: 'ready',
      name: 'shop',
      requests: 2,
      '2xx': 1,
      '4xx': 1,
      '5xx': 0,
      logLinesDropped: 0,
      threads: [
        { thread: 1, listening: true, replaced: 0 },
        { thread: 2, listening: true, replaced: 0 },
      ],
      reloads: { swapped: 0, failed: 0 },
    });
  });

  it('lists the routes, all or page by page', async () => {
    const ids = async (query: string): Promise<unknown> => {
      const { json } = await run.ask(`/routes${query}`);
      const { routes, next }: { routes: { id: string }[]; next?: string } = JSON.parse(JSON.stringify(json));
      return { ids: routes.map(({ id }) => id), ...(next === undefined ? {} : { next }) };
    };
    const all = ['orders', 'orderssearch', 'ordersid', 'twoab'];
    const { ids: listed } = JSON.parse(JSON.stringify(await ids('')));
    expect(listed.toSorted()).toEqual(all.toSorted());
    expect(await ids('?limit=3')).toEqual({ ids: listed.slice(0, 3), next: listed[2] });
    expect(await ids(`?limit=3&after=${listed[2]}`)).toEqual({ ids: listed.slice(3) });
    expect((await run.ask('/routes?limit=many')).status).toBe(400);
    expect((await run.ask('/routes?after=nothing')).status).toBe(400);
  });

  it('tells where each value of a route was written', async () => {
    const { json } = await run.ask('/routes/ordersid');
    expect(json).toMatchObject({ id: 'ordersid', method: 'GET', template: '/orders/{id}', owner: 'team-shop' });
    expect(json.from).toMatch(/^openapi\.json:1:\d+$/);
    expect(json.values).toContainEqual({ key: 'upstream', value: 'main', from: expect.stringMatching(/^openapi\.json:1:\d+$/) });
    expect((await run.ask('/routes/nothing')).status).toBe(404);
    expect((await run.ask('/routes/%E0%A4%A')).status).toBe(400);
  });

  it('tells which route a request takes, and why not another', async () => {
    const ask = async (query: string): Promise<Readonly<Record<string, unknown>>> =>
      (await run.ask(`/debug/match?${query}`)).json;
    expect(await ask('method=GET&url=/orders/search')).toMatchObject({
      path: '/orders/search',
      route: { id: 'orderssearch' },
      candidates: [{ id: 'orderssearch' }, { id: 'ordersid', lost: 'less-specific' }],
    });
    expect(await ask(`url=${encodeURIComponent('/two/%7E/x%20y?q=1')}`)).toMatchObject({
      path: '/two/~/x%20y',
      query: 'q=1',
      route: { id: 'twoab', template: '/two/{a}/{b}' },
      parameters: { a: '~', b: 'x%20y' },
    });
    expect(await ask('method=POST&url=/orders/7')).toMatchObject({
      route: null,
      status: 405,
      allow: expect.stringContaining('GET'),
    });
    expect(await ask('url=https://api.example/orders')).toMatchObject({ route: { id: 'orders' } });
    for (const query of ['', 'url=', 'url=orders', 'url=/a%20b', 'url=/%C3%BC']) {
      expect((await run.ask(`/debug/match?${query}`)).status).toBe(400);
    }
  });

  it('tells what it runs', async () => {
    expect((await run.ask('/config')).json).toMatchObject({
      name: 'shop',
      gw: expect.stringMatching(/^\d/),
      node: process.versions.node,
      hash: run.said[0]?.hash,
      generation: expect.stringMatching(/^[0-9a-f]{64}$/),
      host: expect.stringMatching(/^[0-9a-f]{64}$/),
      threads: 2,
      lastReload: null,
    });
  });

  it('answers HEAD, and 304 to who knows the answer', async () => {
    const head = await fetch(`${run.admin}/routes`, { method: 'HEAD', headers: asAdmin });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const etag = head.headers.get('etag') ?? '';
    expect(etag).toMatch(/^".+"$/);
    expect((await fetch(`${run.admin}/routes`, { headers: { ...asAdmin, 'if-none-match': etag } })).status).toBe(304);
    expect((await fetch(`${run.admin}/routes`, { headers: { ...asAdmin, 'if-none-match': '"other"' } })).status).toBe(200);
  });

  it.each([
    ['an unknown endpoint', 'GET', '/nothing', 404],
    ['an endpoint with a slash behind it', 'GET', '/config/', 404],
    ['the path of a route', 'GET', '/orders', 404],
    ['a wrong method', 'DELETE', '/routes', 405],
    ['a reload by GET', 'GET', '/config/reload', 405],
    ['a collection where garbage cannot be collected', 'POST', '/debug/collect', 404],
  ])('refuses %s with a problem', async (_what, method, path, status) => {
    const answer = await fetch(run.admin + path, { method, headers: asAdmin });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
    const problem: Readonly<Record<string, unknown>> = JSON.parse(await answer.text());
    expect(problem).toMatchObject({
      type: 'about:blank',
      status,
      code: expect.any(String),
      requestId: answer.headers.get('x-request-id'),
    });
    expect(answer.headers.get('allow')).toBe(
      status === 405 ? (path === '/routes' ? 'GET, HEAD, OPTIONS' : 'OPTIONS, POST') : null,
    );
  });

  it.each([
    ['another name of this machine', 'GET', '/livez', { host: 'rebound.example' }, 421],
    ['a name that begins like loopback', 'GET', '/livez', { host: '127.0.0.1.example' }, 421],
    ['a web page', 'POST', '/config/reload', { origin: 'https://evil.example' }, 403],
    ['a page of a local server', 'POST', '/config/reload', { origin: 'http://localhost:3000' }, 403],
    ['a page without an origin', 'POST', '/config/reload', { origin: 'null' }, 403],
    ['a picture of a web page', 'GET', '/livez', { 'sec-fetch-site': 'cross-site' }, 403],
  ])('answers nothing to %s', async (_what, method, path, headers, status) => {
    expect(await raw(method, path, headers)).toBe(status);
  });

  it.each(['localhost', 'localhost:1', '127.0.0.1', '[::1]:9901', 'LOCALHOST'])('answers to %s', async (host) => {
    expect(await raw('GET', '/livez', { host })).toBe(200);
  });

  it.each(['//', '/routes/../../livez', '/%00', '*'])('survives %j', async (path) => {
    expect(await raw('GET', path, {})).toBeLessThan(500);
    expect((await run.ask('/livez')).status).toBe(200);
  });

  it('is not reached by the port of the gateway', async () => {
    for (const path of ['/livez', '/readyz', '/routes', '/config']) expect((await run.fetch(path)).status).toBe(404);
  });
});
