import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StartedGateway, start } from '../support/gateway.ts';

const fine = { 200: { description: 'Fine' } };
const id = [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }];
const operation = (operationId: string, lifecycle: object) => ({
  get: { operationId, deprecated: true, parameters: id, responses: fine, 'x-gateway': { lifecycle } },
});

const document = {
  openapi: '3.1.1',
  info: { title: 'Orders', version: '1' },
  security: [],
  'x-gateway': { owner: 'team-orders', public: 'A test', lifecycle: { docs: 'https://docs.example.com/m' } },
  paths: {
    '/v1/orders/{id}': operation('ending', { deprecated: '2026-01-01', sunset: '2126-03-15', successor: '/v2/orders/{id}' }),
    '/v0/orders/{id}': operation('ended', { deprecated: '2020-01-01', sunset: '2021-03-15', successor: '/v2/orders/{id}' }),
    '/vx/orders/{id}': operation('kept', { sunset: '2021-03-15', afterSunset: 'serve' }),
    '/vb/orders/{id}': operation('planned', {
      sunset: '2126-03-15',
      brownouts: [{ from: '2020-01-01', to: '2125-01-01' }],
    }),
  },
};

describe('lifecycle, end to end', () => {
  let gateway: StartedGateway;
  beforeAll(async () => {
    gateway = await start(document);
  });
  afterAll(() => gateway.stop());

  it('LC-2: headers on answers of the service', async () => {
    const { status, headers } = await gateway.fetch('/v1/orders/a%20b');
    expect([status, headers.get('deprecation'), headers.get('sunset')]).toEqual([
      200,
      '@1767225600',
      'Fri, 15 Mar 2126 00:00:00 GMT',
    ]);
    expect(headers.get('link')).toBe(
      '<https://docs.example.com/m>; rel="deprecation"; type="text/html", ' +
        '<https://docs.example.com/m>; rel="sunset"; type="text/html", </v2/orders/a%20b>; rel="successor-version"',
    );
  });

  it('LC-3: 410 after the sunset, with the headers, and the service hears nothing', async () => {
    const before = gateway.upstream.requests.length;
    const answer = await gateway.fetch('/v0/orders/7');
    expect([answer.status, answer.headers.get('sunset'), answer.headers.get('cache-control')]).toEqual([
      410,
      'Mon, 15 Mar 2021 00:00:00 GMT',
      'max-age=300',
    ]);
    expect(await answer.json()).toMatchObject({
      code: 'sunset',
      successor: '/v2/orders/7',
      sunsetAt: '2021-03-15T00:00:00.000Z',
    });
    expect(gateway.upstream.requests.length).toBe(before);
  });

  it('afterSunset: serve', async () => {
    expect((await gateway.fetch('/vx/orders/7')).status).toBe(200);
  });

  it('LC-4: 503 within a brown-out', async () => {
    const answer = await gateway.fetch('/vb/orders/7');
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([503, 'no-store']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await answer.json()).toMatchObject({ code: 'brownout' });
  });
});
