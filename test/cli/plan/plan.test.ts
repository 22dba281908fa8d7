import { describe, expect, it } from 'vitest';
import { onlyRoute, planned, said } from '../../support/planned.ts';

const gateway = `name: shop
specs: ["*api.yaml"]
upstreams: { orders: { url: "\${ORDERS:-http://orders:8080/base}" }, unused: { url: "http://unused" } }
teams: { team-orders: {} }
server: { limits: { body: 2MiB } }
defaults: { owner: team-orders, upstream: orders, public: Everybody orders, timeouts: { total: 5s } }
`;

/** A document with one operation. */
function document(operation: object = {}, more: object = {}): object {
  const responses = { 200: { description: 'Fine' } };
  return {
    openapi: '3.1.1',
    info: { title: 'Orders', version: '1' },
    security: [],
    paths: { '/orders': { get: { operationId: 'listOrders', responses, ...operation } } },
    ...more,
  };
}

describe('planGateway', () => {
  it('gives every value its one origin, and says what gw itself adds', () => {
    const checked = planned({ 'gateway.yaml': gateway, 'openapi.yaml': document({ 'x-gateway': { timeouts: { idle: '7s' } } }) });
    expect(said(checked)).toEqual([]);
    const { values, origin } = onlyRoute(checked);
    const place = (key: string) =>
      values
        .filter((value) => value.key === key)
        .map(({ authored, origin: { level, at } }) => [authored, level, at === undefined ? undefined : `${at.file}:${at.line}`]);
    expect(place('timeouts.total')).toEqual([['5s', 'defaults', 'gateway.yaml:6']]);
    expect(place('timeouts.idle')).toEqual([['7s', 'operation', 'openapi.yaml:1']]);
    expect(place('timeouts.connect')).toEqual([['1s', 'builtin', undefined]]);
    expect(place('limits.body')).toEqual([['2MiB', 'config', 'gateway.yaml:5']]);
    expect(place('validation.request')).toEqual([['enforce', 'builtin', undefined]]);
    expect(origin).toMatchObject({ level: 'openapi', pointer: '/paths/~1orders/get', at: { file: 'openapi.yaml' } });
  });

  it('keeps only the upstreams that routes use', () => {
    const { plan } = planned({ 'gateway.yaml': gateway, 'openapi.yaml': document() });
    expect(plan?.upstreams).toMatchObject([
      {
        name: 'orders',
        targets: [{ url: '${ORDERS:-http://orders:8080/base}', weight: 1 }],
        origin: { level: 'config', at: { file: 'gateway.yaml', line: 3 } },
      },
    ]);
  });

  it('orders policies by stage', () => {
    const extension = {
      headers: { response: { remove: ['Server'] }, request: { set: { 'X-Team': 'orders' } } },
      limits: { body: '1KiB', query: { count: 3 }, headers: { count: 9 } },
    };
    const parameters = [{ name: 'page', in: 'query', schema: { type: 'integer' } }];
    const { policies } = onlyRoute(
      planned({ 'gateway.yaml': gateway, 'openapi.yaml': document({ 'x-gateway': extension, parameters }) }),
    );
    expect(policies.map(({ stage, key }) => `${stage} ${key}`)).toEqual([
      'size limits.headers',
      'size limits.query',
      'size limits.body',
      'validate validation.request',
      'transform headers.request',
      'headers server.securityHeaders',
      'headers headers.response',
    ]);
    expect(policies.map(({ options }) => options)).toMatchObject([
      { maxCount: 9 },
      { maxCount: 3 },
      { maxBytes: 1024 },
      {},
      { set: [['x-team', 'orders']] },
      { authenticated: false },
      { remove: ['server'] },
    ]);
  });

  it('lowers templates to parameters by index, texts encoded', () => {
    const paths = (extension: object): object => ({
      paths: {
        '/a/{x}/b/{y}': {
          get: {
            operationId: 'get',
            parameters: ['x', 'y'].map((name) => ({ name, in: 'path', required: true, schema: {} })),
            responses: { 200: { description: 'Fine' } },
            'x-gateway': extension,
          },
        },
      },
    });
    const action = (extension: object) =>
      onlyRoute(planned({ 'gateway.yaml': gateway, 'openapi.yaml': document({}, paths(extension)) })).action;
    expect(action({ rewrite: { path: '/café/{y}/{x}.json' } })).toMatchObject({
      kind: 'proxy',
      rewrite: { kind: 'template', parts: ['/caf%C3%A9/', 1, '/', 0, '.json'] },
    });
    expect(action({ rewrite: { stripPrefix: '/a' } })).toMatchObject({ rewrite: { kind: 'stripPrefix', prefix: '/a' } });
    expect(action({ redirect: { to: '/b/{y}' } })).toEqual({ kind: 'redirect', status: 307, location: ['/b/', 1] });
    expect(action({ timeouts: { total: '500ms' } })).toMatchObject({
      timeouts: { totalMs: 500, connectMs: 500, firstByteMs: 500, idleMs: 60_000 },
    });
  });

  it('knows without a gateway file one upstream by any name, and addresses in documents', () => {
    const upstreams = (extension: object, upstream?: string) => {
      const checked = planned(
        { 'openapi.json': document({ 'x-gateway': extension }) },
        upstream === undefined ? {} : { upstream },
      );
      return [
        checked.plan?.upstreams.map(({ targets }) => targets.map(({ url }) => url).join()),
        ...said(checked).filter((one) => one.includes('gateway/')),
      ];
    };
    expect(upstreams({}, 'http://localhost:9000')).toEqual([['http://localhost:9000']]);
    expect(upstreams({ upstream: 'orders' }, 'http://localhost:9000')).toEqual([['http://localhost:9000']]);
    expect(upstreams({ upstream: { url: 'http://own' } }, 'http://localhost:9000')).toEqual([['http://own']]);
    expect(upstreams({ upstream: { targets: [{ url: 'http://a', weight: 3 }, { url: 'http://b' }] } })).toEqual([
      ['http://a,http://b'],
    ]);
    expect(upstreams({})).toEqual([[], 'openapi.json:1:94 error gateway/upstream GET /orders has no upstream']);
  });

  it('builds no route for other audiences, and needs no binding for it', () => {
    const closed = { audience: ['staff'], public: null };
    const security = [{ key: [] }];
    const components = { securitySchemes: { key: { type: 'apiKey', name: 'key', in: 'header' } } };
    const files = {
      'gateway.yaml': `${gateway}serves: [public]\n`,
      'openapi.yaml': document({ security, 'x-gateway': closed }, { components }),
      'b-api.yaml': document({ operationId: 'open' }, { servers: [{ url: '/b' }] }),
    };
    const checked = planned(files, { auth: 'enforced' });
    expect([checked.plan?.routes.map(({ id }) => id), said(checked)]).toEqual([['open'], []]);
  });

  it('builds a route that asks for credentials only where security is switched off', () => {
    const security = [{ key: [] }];
    const components = { securitySchemes: { key: { type: 'apiKey', name: 'key', in: 'header' } } };
    const files = { 'gateway.yaml': gateway, 'openapi.yaml': document({ security }, { components }) };
    expect(planned(files, { auth: 'none' })).toMatchObject({
      failed: false,
      plan: { auth: 'none', routes: [{ security: [{ key: [] }] }] },
    });
    expect(planned(files, { auth: 'enforced' })).toMatchObject({
      failed: true,
      diagnostics: [{ rule: 'security/scheme-unbound' }],
    });
  });

  it('is the same plan for any order of keys and files', () => {
    const one = document({ operationId: 'one' }, { servers: [{ url: '/one' }] });
    const two = document({ operationId: 'two', 'x-gateway': { upstream: 'unused' } }, { servers: [{ url: '/two' }] });
    const plan = (files: Readonly<Record<string, unknown>>) =>
      JSON.stringify(planned({ 'gateway.yaml': gateway, ...files }).plan);
    expect(plan({ 'a-api.yaml': one, 'b-api.yaml': two })).toBe(plan({ 'b-api.yaml': two, 'a-api.yaml': one }));
  });

  it('writes names that mean something to JavaScript as data', () => {
    const hostile = JSON.parse('{"headers":{"response":{"set":{"__proto__":"x","constructor":"y"}}}}');
    const { policies, security } = onlyRoute(
      planned({ 'gateway.yaml': gateway, 'openapi.yaml': document({ 'x-gateway': hostile }) }),
    );
    expect(policies.at(-1)?.options).toEqual({
      remove: [],
      set: [
        ['__proto__', 'x'],
        ['constructor', 'y'],
      ],
      add: [],
    });
    expect(security).toEqual([]);
  });
});
