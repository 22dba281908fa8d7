import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StartedGateway, start } from '../support/gateway.ts';

const fine = { 200: { description: 'Fine' } };

/** One resource of one version. */
function versioned(name: string, paths: Readonly<Record<string, { by: string; default?: boolean }>>): string {
  return JSON.stringify({
    openapi: '3.1.1',
    info: { title: `Orders ${name}`, version: `${name}.0.0` },
    security: [],
    'x-gateway': { owner: 'team-orders', upstream: 'orders', public: 'A test' },
    paths: Object.fromEntries(
      Object.entries(paths).map(([path, { by, default: isDefault }]) => [
        path,
        {
          get: {
            operationId: `get${path.slice(1)}${name}`,
            responses: fine,
            'x-gateway': {
              version: { name, by, ...(isDefault === true ? { default: true } : {}) },
              validation: { unknownQuery: 'reject' },
              headers: { request: { set: { 'X-Seen': name } } },
            },
          },
        },
      ]),
    ),
  });
}

/** One resource of one version that its path names. */
const inPath = (name: string) => ({
  get: {
    operationId: `ride${name}`,
    parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
    responses: fine,
    'x-gateway': { version: { name, by: 'path' } },
  },
});

const header = 'header:X-API-Version';
const media = 'mediaType:application/vnd.acme';
const files = {
  'v1.json': versioned('1', { '/h': { by: header, default: true }, '/q': { by: 'query:v' }, '/m': { by: media, default: true } }),
  'v2.json': versioned('2', { '/h': { by: header }, '/q': { by: 'query:v' }, '/m': { by: media } }),
  'plain.json': JSON.stringify({
    openapi: '3.1.1',
    info: { title: 'Files', version: '1' },
    security: [],
    'x-gateway': { owner: 'team-orders', upstream: 'orders', public: 'A test' },
    paths: {
      '/files/{name}': {
        get: {
          operationId: 'file',
          parameters: [{ name: 'name', in: 'path', required: true, schema: { type: 'string' } }],
          responses: fine,
        },
      },
      '/v1/rides/{id}': inPath('1'),
      '/v2/rides/{id}': inPath('2'),
      '/v1/hidden': {
        get: {
          operationId: 'hidden',
          responses: fine,
          'x-gateway': { version: { name: '1', by: 'path' }, authorize: { hideExistence: true } },
        },
      },
      '/list/': { get: { operationId: 'list', responses: fine } },
    },
  }),
  'gateway.yaml': [
    'name: versions',
    'specs: [v1.json, v2.json, plain.json]',
    'upstreams: { orders: { url: "${UPSTREAM_URL}" } }',
    'teams: { team-orders: { paths: ["/**"] } }',
    'server: { paths: { encodedSlash: keep, duplicateSlashes: merge, trailingSlash: redirect } }',
  ].join('\n'),
};

describe('versions and slashes, end to end', () => {
  let gateway: StartedGateway;
  beforeAll(async () => {
    gateway = await start({ files });
  });
  afterAll(() => gateway.stop());

  const ask = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await gateway.fetch(path, { headers, redirect: 'manual' });
    if (answer.status !== 200)
      return {
        status: answer.status,
        problem: (await answer.json()) as { supported?: string[] },
        vary: answer.headers.get('vary'),
      };
    const sent = gateway.upstream.requests.at(-1)?.headers;
    return { status: 200, version: sent?.['x-api-version'], route: sent?.['x-seen'], vary: answer.headers.get('vary') };
  };

  it('RT-12: by a header, with a default', async () => {
    expect(await ask('/h')).toMatchObject({ version: '1', route: '1', vary: 'X-API-Version' });
    expect(await ask('/h', { 'x-api-version': '2' })).toMatchObject({ version: '2', route: '2' });
    expect(await ask('/h', { 'x-api-version': '3' })).toMatchObject({
      status: 400,
      problem: { supported: ['1', '2'] },
      vary: 'x-api-version',
    });
  });

  it('RT-12: by a query parameter, without one', async () => {
    expect(await ask('/q?v=2')).toMatchObject({ version: '2', vary: null });
    expect(await ask('/q')).toMatchObject({ status: 400, problem: { supported: ['1', '2'] } });
  });

  it('RT-12: by a media type', async () => {
    expect(await ask('/m', { accept: 'application/vnd.acme.v2+json' })).toMatchObject({ version: '2', vary: 'Accept' });
    expect(await ask('/m', { accept: '*/*' })).toMatchObject({ version: '1' });
    expect(await ask('/m', { accept: 'application/vnd.acme.v9+json' })).toMatchObject({
      status: 406,
      problem: { supported: ['1', '2'] },
    });
  });

  it('RT-12: by the path, unless the routes hide that they are there', async () => {
    expect(await ask('/v2/rides/7')).toMatchObject({ version: '2', vary: null });
    expect(await ask('/v3/rides/7')).toMatchObject({ status: 404, problem: { code: 'version-unknown', supported: ['1', '2'] } });
    expect(await ask('/2026-01-01/rides/7')).toMatchObject({ status: 404, problem: { supported: ['1', '2'] } });
    for (const path of ['/v3/nowhere', '/v3/hidden', '/rides/7', '/vx/rides/7', '/v3/rides/7/8', '/v3'])
      expect(await ask(path)).toMatchObject({ status: 404, problem: { code: 'not-found' } });
  });

  const lastUrl = () => gateway.upstream.requests.at(-1)?.url;

  it('RT-2: an encoded slash that is kept stays one segment, encoded', async () => {
    expect((await ask('/files/a%2fb')).status).toBe(200);
    expect(lastUrl()).toBe('/files/a%2Fb');
    expect((await ask('/files/a%5cb')).status).toBe(400);
  });

  it('RT-3: slashes are merged, and a trailing one is redirected to the declared form', async () => {
    expect((await ask('/files//a')).status).toBe(200);
    expect(lastUrl()).toBe('/files/a');
    for (const [path, location] of [
      ['/list?a=1', '/list/?a=1'],
      ['/files/a/', '/files/a'],
      ['//list', '/list/'],
    ] as const) {
      const answer = await gateway.fetch(path, { redirect: 'manual' });
      expect([answer.status, answer.headers.get('location')], path).toEqual([308, location]);
    }
    expect((await gateway.fetch('/nowhere/', { redirect: 'manual' })).status).toBe(404);
  });
});
