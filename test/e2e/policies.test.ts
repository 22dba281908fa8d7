import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StartedGateway, start } from '../support/gateway.ts';

const fine = { 200: { description: 'Fine' } };
const id = [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }];

const document = {
  openapi: '3.1.1',
  info: { title: 'Orders', version: '1' },
  servers: [{ url: '/v2' }],
  security: [],
  'x-gateway': {
    owner: 'team-orders',
    public: 'A test',
    headers: { response: { set: { 'X-Frame-Options': 'DENY' }, add: { 'Cache-Control': 'no-store' }, remove: ['X-Internal'] } },
  },
  paths: {
    '/orders': {
      post: { operationId: 'add', responses: fine, 'x-gateway': { limits: { body: '10B' } } },
      get: {
        operationId: 'list',
        responses: fine,
        'x-gateway': {
          limits: { query: { count: 2, bytes: '20B' }, headers: { bytes: '1KiB' } },
          headers: { request: { remove: ['Cookie'], set: { 'X-Team': 'orders' }, add: { 'X-Client': 'unknown' } } },
        },
      },
    },
    '/orders/{id}': {
      get: { operationId: 'get', parameters: id, responses: fine, 'x-gateway': { rewrite: { path: '/internal/{id}/order' } } },
    },
    '/plain/{id}': {
      get: { operationId: 'plain', parameters: id, responses: fine, 'x-gateway': { rewrite: { stripPrefix: '/v2' } } },
    },
    '/old/{id}': {
      get: {
        operationId: 'old',
        parameters: id,
        responses: { 308: { description: 'Moved' } },
        'x-gateway': { redirect: { to: '/v2/orders/{id}', status: 308 } },
      },
    },
  },
};

describe('policies of x-gateway, end to end', () => {
  let gateway: StartedGateway;
  beforeAll(async () => {
    gateway = await start(document);
  });
  afterAll(() => gateway.stop());

  const lastUrl = () => gateway.upstream.requests.at(-1)?.url;

  it('limits.body: a declared and a streamed body are refused, a small one passes', async () => {
    const post = (body: string | ReadableStream, init: RequestInit = {}) =>
      gateway.fetch('/v2/orders', { method: 'POST', body, ...init });
    expect((await post('0123456789')).status).toBe(200);
    expect((await post('0123456789a')).status).toBe(413);
    const stream = new ReadableStream({
      start(controller) {
        for (let piece = 0; piece < 20; piece++) controller.enqueue(new TextEncoder().encode('x'));
        controller.close();
      },
    });
    expect((await post(stream, { duplex: 'half' })).status).toBe(413);
  });

  it('limits.query and limits.headers', async () => {
    const status = async (query: string, headers: Record<string, string> = {}) =>
      (await gateway.fetch(`/v2/orders${query}`, { headers })).status;
    expect(await status('?a=1&b=2')).toBe(200);
    expect(await status('?a=1&b=2&c=3')).toBe(400);
    expect(await status(`?a=${'x'.repeat(30)}`)).toBe(414);
    expect(await status('', { 'x-large': 'x'.repeat(2_000) })).toBe(431);
  });

  it('headers.request: the upstream receives what TR-1 leaves', async () => {
    await gateway.fetch('/v2/orders', { headers: { cookie: 'a=b', 'x-team': 'mine', 'x-client': 'app' } });
    expect(gateway.upstream.requests.at(-1)?.headers).toMatchObject({ 'x-team': 'orders', 'x-client': 'app' });
    expect(gateway.upstream.requests.at(-1)?.headers).not.toHaveProperty('cookie');
    await gateway.fetch('/v2/orders');
    expect(gateway.upstream.requests.at(-1)?.headers).toMatchObject({ 'x-client': 'unknown' });
  });

  it('headers.response: on answers of the service and of the gateway (X-1)', async () => {
    gateway.upstream.answer = (_request, response) =>
      response.writeHead(200, { 'x-internal': '1', 'cache-control': 'max-age=9' }).end();
    const served = await gateway.fetch('/v2/orders');
    gateway.upstream.answer = undefined;
    expect([...'x-frame-options cache-control x-internal'.split(' ')].map((name) => served.headers.get(name))).toEqual([
      'DENY',
      'max-age=9',
      null,
    ]);
    const refused = await gateway.fetch('/v2/orders?a=1&b=2&c=3');
    expect([refused.headers.get('x-frame-options'), refused.headers.get('cache-control')]).toEqual(['DENY', 'no-store']);
  });

  it('rewrite: the path is replaced with its parameters as they came, or loses a prefix', async () => {
    await gateway.fetch('/v2/orders/a%20b?x=%20');
    expect(lastUrl()).toBe('/internal/a%20b/order?x=%20');
    await gateway.fetch('/v2/plain/7');
    expect(lastUrl()).toBe('/plain/7');
  });

  it('redirect: the caller goes elsewhere with its query, the service hears nothing', async () => {
    const before = gateway.upstream.requests.length;
    const answer = await gateway.fetch('/v2/old/a%20b?x=%20', { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location'), answer.headers.get('x-frame-options')]).toEqual([
      308,
      '/v2/orders/a%20b?x=%20',
      'DENY',
    ]);
    expect(gateway.upstream.requests.length).toBe(before);
  });
});
