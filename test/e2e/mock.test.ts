import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StartedGateway, start } from '../support/gateway.ts';

const order = {
  type: 'object',
  required: ['id'],
  properties: {
    id: { type: 'string', format: 'uuid' },
    state: { enum: ['open', 'paid'] },
    secret: { type: 'string', writeOnly: true },
  },
  additionalProperties: false,
};

const document = {
  openapi: '3.1.1',
  info: { title: 'Orders', version: '1' },
  security: [],
  'x-gateway': {
    owner: 'team-orders',
    public: 'A test',
    mock: true,
    headers: { response: { set: { 'X-Frame-Options': 'DENY' } } },
  },
  paths: {
    '/orders/{id}': {
      get: {
        operationId: 'getOrder',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer' } }],
        responses: {
          404: { description: 'None', content: { 'application/problem+json': { example: { title: 'No order' } } } },
          200: {
            description: 'An order',
            headers: { ETag: { required: true, schema: { type: 'string', pattern: '^"[a-f0-9]{8}"$' } } },
            content: {
              'application/json': {
                schema: order,
                examples: { paid: { value: { id: '1', state: 'paid' } }, open: { $ref: '#/components/examples/open' } },
              },
              'text/csv': { example: 'id,state\n1,paid\n' },
            },
          },
        },
      },
      delete: {
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer' } }],
        responses: { 204: { description: 'Gone' } },
      },
    },
    '/orders': {
      get: {
        responses: {
          '2XX': { description: 'All', content: { 'application/json': { schema: { type: 'array', items: order } } } },
        },
      },
    },
    '/health': {
      get: {
        responses: { 200: { description: 'Fine' } },
        'x-gateway': { mock: { status: 503, headers: { 'Retry-After': '5' }, body: { ok: false } } },
      },
    },
    '/real': { get: { responses: { 200: { description: 'Fine' } }, 'x-gateway': { upstream: 'echo' } } },
  },
  components: { examples: { open: { value: { id: '2', state: 'open' } } } },
};

describe('a mocked operation', () => {
  let gateway: StartedGateway;
  beforeAll(async () => {
    gateway = await start(document);
  });
  afterAll(() => gateway.stop());

  const get = async (
    path: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<readonly [number, string, Headers]> => {
    const answer = await gateway.fetch(path, { headers });
    return [answer.status, await answer.text(), answer.headers];
  };

  it('answers from the examples of its document', async () => {
    const [status, body, headers] = await get('/orders/1');
    expect([status, JSON.parse(body)]).toEqual([200, { id: '1', state: 'paid' }]);
    expect(headers.get('etag')).toMatch(/^"[a-f0-9]{8}"$/);
    expect([headers.get('proxy-status'), headers.get('x-frame-options')]).toEqual(['gw', 'DENY']);
    expect(JSON.parse((await get('/orders/1', { prefer: 'example=open' }))[1])).toEqual({ id: '2', state: 'open' });
    expect((await get('/orders/1', { prefer: 'code=404' })).slice(0, 2)).toEqual([404, '{"title":"No order"}']);
    expect((await get('/orders/1', { accept: 'text/csv' })).slice(0, 2)).toEqual([200, 'id,state\n1,paid\n']);
    expect((await get('/orders/1', { accept: 'image/png' }))[0]).toBe(406);
  });

  it('checks requests as ever, and sends none of them on', async () => {
    expect((await get('/orders/x'))[0]).toBe(400);
    expect((await gateway.fetch('/orders/1', { method: 'DELETE' })).status).toBe(204);
    expect(gateway.upstream.requests).toEqual([]);
    expect((await get('/real'))[0]).toBe(200);
    expect(gateway.upstream.requests).toHaveLength(1);
  });

  it('makes up what has no example, the same each time', async () => {
    const [status, body] = await get('/orders');
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual([
      { id: expect.stringMatching(/^[0-9a-f-]{36}$/), state: expect.stringMatching(/^(open|paid)$/) },
    ]);
    expect((await get('/orders'))[1]).toBe(body);
  });

  it('answers what the document says itself', async () => {
    const [status, body, headers] = await get('/health', { accept: 'text/html' });
    expect([status, body, headers.get('retry-after')]).toEqual([503, '{"ok":false}', '5']);
  });
});
