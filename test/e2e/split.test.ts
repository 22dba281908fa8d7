import { describe, expect, it } from 'vitest';
import { startEcho } from '../support/echo.ts';
import { start } from '../support/gateway.ts';

const document = (split: object) => ({
  openapi: '3.1.1',
  info: { title: 'Orders', version: '1' },
  security: [],
  'x-gateway': { owner: 'team-orders', public: 'A test', split },
  paths: { '/orders': { get: { operationId: 'list', responses: { 200: { description: 'Fine' } } } } },
});

describe('split, end to end', () => {
  it('RT-11: a browser keeps the upstream that it was given by its cookie', async () => {
    const second = await startEcho();
    const split = {
      targets: [
        { upstream: 'first', weight: 1 },
        { upstream: 'second', weight: 1 },
      ],
      sticky: 'cookie',
    };
    const files = {
      'api.json': JSON.stringify(document(split)),
      'gateway.yaml': [
        'specs: [api.json]',
        `upstreams: { first: { url: "\${UPSTREAM_URL}" }, second: { url: "${second.url}" } }`,
        'teams: { team-orders: { paths: ["/**"] } }',
      ].join('\n'),
    };
    await using gateway = await start({ files });
    const served = () => [gateway.upstream.requests.length, second.requests.length];
    for (let browser = 0; browser < 20; browser++) {
      const before = served();
      const answer = await gateway.fetch('/orders');
      const [cookie = ''] = (answer.headers.getSetCookie()[0] ?? '').split(';');
      expect(cookie).toMatch(/^__gw_split=[0-9a-f-]{36}$/);
      const took = served().findIndex((count, index) => count !== before[index]);
      for (let again = 0; again < 3; again++) {
        const next = await gateway.fetch('/orders', { headers: { cookie } });
        expect(next.headers.getSetCookie()).toEqual([]);
      }
      expect(served()[took]).toBe((before[took] ?? 0) + 4);
    }
    expect(served().every((count) => count > 0)).toBe(true);
    await second.close();
  });

  it('refuses what cannot be: an unknown upstream, weights that are all 0, one upstream twice', async () => {
    const build = (split: object) =>
      start({
        files: {
          'api.json': JSON.stringify(document(split)),
          'gateway.yaml':
            'specs: [api.json]\nupstreams: { first: { url: "http://127.0.0.1:1" } }\nteams: { team-orders: { paths: ["/**"] } }\n',
        },
      });
    await expect(build({ targets: [{ upstream: 'frist', weight: 1 }] })).rejects.toThrow("There is no upstream 'frist'");
    await expect(build({ targets: [{ upstream: 'first', weight: 0 }] })).rejects.toThrow('every weight is 0');
    await expect(
      build({
        targets: [
          { upstream: 'first', weight: 1 },
          { upstream: 'first', weight: 1 },
        ],
      }),
    ).rejects.toThrow('two shares');
  });
});
