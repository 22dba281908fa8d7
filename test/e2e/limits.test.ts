import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asAdmin, type StartedGateway, start } from '../support/gateway.ts';

const fine = { 200: { description: 'Fine' } };
const get = (operationId: string, limits?: object) => ({
  get: { operationId, responses: fine, ...(limits === undefined ? {} : { 'x-gateway': { limits } }) },
});

const document = {
  openapi: '3.1.1',
  info: { title: 'Orders', version: '1' },
  security: [],
  'x-gateway': {
    owner: 'team-orders',
    public: 'A test',
    limits: { rate: { requests: 3, per: '1h', by: 'ip' } },
    cors: { origins: ['https://shop.example.com'] },
  },
  paths: {
    '/orders': get('orders'),
    '/parcels': get('parcels'),
    '/own': get('own', { rate: { requests: 2, per: '1h', by: 'ip' } }),
    '/device': get('device', { rate: { requests: 1, per: '1h', by: ['header:X-Device', 'ip'] } }),
    '/slow': get('slow', { rate: { requests: 10, per: '1s', by: 'global', algorithm: 'leakyBucket' } }),
    '/dry': get('dry', { rate: { requests: 1, per: '1h', by: 'global', mode: 'report' } }),
    '/soft': get('soft', { rate: null, quota: { requests: 1, per: 'day', by: 'ip', soft: true } }),
    '/batch': {
      post: {
        operationId: 'batch',
        requestBody: {
          content: { 'application/json': { schema: { type: 'object', properties: { count: { type: 'integer' } } } } },
        },
        responses: fine,
        'x-gateway': {
          limits: { rate: { requests: 10, per: '1h', by: 'ip', cost: { body: '/count' }, algorithm: 'fixedWindow' } },
        },
      },
    },
    '/queue': get('queue', { rate: null, concurrency: { requests: 1, by: 'global', queue: 1, queueTimeout: '30s' } }),
    '/all': get('all', {
      rate: { requests: 9, per: '1h', by: 'ip', algorithm: 'slidingWindow' },
      quota: { requests: 100, per: 'month', by: 'ip' },
      concurrency: { requests: 5, by: 'global' },
    }),
  },
};

describe('limits, end to end', () => {
  let gateway: StartedGateway;
  beforeAll(async () => {
    gateway = await start(document);
  });
  afterAll(() => gateway.stop());

  const statuses = async (path: string, times: number, init?: RequestInit): Promise<readonly number[]> => {
    const found = [];
    for (let time = 0; time < times; time++) found.push((await gateway.fetch(path, init)).status);
    return found;
  };

  it('a limit counts where it is written: the operations of a document share that of its root', async () => {
    expect(await statuses('/orders', 2)).toEqual([200, 200]);
    expect(await statuses('/parcels', 2)).toEqual([200, 429]);
    expect(await statuses('/own', 3)).toEqual([200, 200, 429]);
  });

  it('RL-15: 429 says when to come again and what was exceeded, and scripts may read it', async () => {
    const before = gateway.upstream.requests.length;
    const answer = await gateway.fetch('/orders', { headers: { origin: 'https://shop.example.com' } });
    const { headers } = answer;
    expect([answer.status, headers.get('ratelimit-policy')]).toEqual([429, '"rate";q=3;w=3600']);
    expect(headers.get('ratelimit')).toMatch(/^"rate";r=0;t=1[12]\d\d$/);
    expect([headers.get('x-ratelimit-limit'), headers.get('x-ratelimit-remaining')]).toEqual(['3', '0']);
    const wait = Number(headers.get('retry-after'));
    expect(wait).toBeGreaterThanOrEqual(Number(/t=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]));
    expect(wait).toBeLessThanOrEqual(1_321);
    expect(Number(headers.get('x-ratelimit-reset'))).toBeGreaterThan(1_700_000_000);
    expect(headers.get('access-control-allow-origin')).toBe('https://shop.example.com');
    expect(await answer.json()).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      code: 'limit-exceeded',
      'violated-policies': ['rate'],
    });
    expect(gateway.upstream.requests.length).toBe(before);
  });

  it('by a header: who does not send it cannot be counted', async () => {
    expect(await statuses('/device', 2, { headers: { 'x-device': 'a' } })).toEqual([200, 429]);
    expect(await statuses('/device', 1, { headers: { 'x-device': 'b' } })).toEqual([200]);
    expect(await statuses('/device', 1)).toEqual([400]);
  });

  it('RL-5: requests leave one by one', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => gateway.fetch('/slow')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers.map(({ headers }) => headers.get('ratelimit-policy'))[0]).toBe('"rate";q=11;w=2');
  });

  it('RL-7: a request waits for a slot, its place is free when its client leaves, and more than may wait are refused', async () => {
    const held: ServerResponse[] = [];
    gateway.upstream.answer = (_, response) => void held.push(response);
    const inFlight = async (count: number): Promise<void> => {
      const ready = async (): Promise<unknown> => await (await fetch(`${gateway.admin}/readyz?verbose`)).json();
      await expect.poll(ready, { timeout: 5_000 }).toMatchObject({ inFlight: count });
    };
    const first = gateway.fetch('/queue');
    await expect.poll(() => held.length, { timeout: 5_000 }).toBe(1);
    const leaving = new AbortController();
    const left = fetch(`${gateway.url}/queue`, { signal: leaving.signal }).catch(() => 'left');
    await inFlight(2);
    const refused = await gateway.fetch('/queue');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    leaving.abort();
    expect(await left).toBe('left');
    await inFlight(1);
    const second = gateway.fetch('/queue');
    await inFlight(2);
    expect(held).toHaveLength(1);
    held[0]?.end('first');
    await expect.poll(() => held.length, { timeout: 5_000 }).toBe(2);
    held[1]?.end('second');
    gateway.upstream.answer = undefined;
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
  });

  it('RL-9: a body says what it costs, and reaches the service whole', async () => {
    gateway.upstream.requests.length = 0;
    const post = async (body: object): Promise<readonly [number, string | null]> => {
      const headers = { 'content-type': 'application/json' };
      const answer = await gateway.fetch('/batch', { method: 'POST', headers, body: JSON.stringify(body) });
      return [answer.status, answer.headers.get('x-ratelimit-remaining')];
    };
    expect([await post({ count: 7 }), await post({ count: 4 }), await post({}), await post({ count: 2 })]).toEqual([
      [200, '3'],
      [429, '0'],
      [400, '2'],
      [200, '0'],
    ]);
    expect(gateway.upstream.requests.map(({ body }) => body)).toEqual(['{"count":7}', '{"count":2}']);
  });

  it('RL-23: mode report refuses nobody and is told to nobody', async () => {
    const answers = [await gateway.fetch('/dry'), await gateway.fetch('/dry')];
    expect(answers.map(({ status, headers }) => [status, headers.get('ratelimit')])).toEqual([
      [200, null],
      [200, null],
    ]);
    await expect.poll(() => gateway.output.stdout).toContain('"limit":"rate (report)"');
    const counted = await (await fetch(`${gateway.admin}/metrics`, { headers: asAdmin })).text();
    expect(counted).toMatch(/^gw_limit_decisions_total\{decision="would_limit"\} [1-9]/m);
    expect(counted).not.toContain('gw_limit_store_up');
  });

  it('RL-8: a soft quota lets pass and says so', async () => {
    const answers = [await gateway.fetch('/soft'), await gateway.fetch('/soft')];
    expect(answers.map(({ status, headers }) => [status, headers.get('x-gw-quota')])).toEqual([
      [200, null],
      [200, 'exceeded'],
    ]);
  });

  it('tells every limit', async () => {
    const { headers } = await gateway.fetch('/all');
    expect(headers.get('ratelimit-policy')).toBe(
      '"rate";q=9;w=3600, "quota-month";q=100;w=2592000, "concurrency";q=5;qu="concurrent-requests"',
    );
    expect(headers.get('ratelimit')).toMatch(/^"rate";r=8;t=\d+, "quota-month";r=99;t=\d+, "concurrency";r=4$/);
  });

  it('counts survive a reload', async () => {
    await gateway.reload({ ...document, info: { title: 'Orders', version: '2' } });
    expect(await statuses('/own', 1)).toEqual([429]);
  });
});
