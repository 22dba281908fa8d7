import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StartedGateway, start } from '../support/gateway.ts';

const fine = { 200: { description: 'Fine' } };
const app = 'https://app.example.com';
/** Allowed by the gateway file, where no document says otherwise. */
const anywhere = 'https://anywhere.example.com';

const document = {
  openapi: '3.1.1',
  info: { title: 'Orders', version: '1' },
  components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-API-Key' } } },
  'x-gateway': {
    owner: 'team-orders',
    upstream: 'orders',
    public: 'A test',
    cors: { origins: [app, 'https://*.preview.example.com'], credentials: true },
  },
  security: [],
  paths: {
    '/orders': {
      get: {
        operationId: 'list',
        parameters: [{ name: 'X-Trace', in: 'header', schema: { type: 'string' } }],
        security: [{ key: [] }],
        responses: fine,
      },
      post: {
        operationId: 'add',
        requestBody: { content: { 'application/json': { schema: { type: 'object' } } } },
        responses: fine,
      },
      delete: { operationId: 'drop', responses: fine, 'x-gateway': { cors: null } },
    },
    '/open': { get: { operationId: 'open', responses: fine, 'x-gateway': { cors: { origins: ['*'] } } } },
    '/silent': { get: { operationId: 'silent', responses: fine, 'x-gateway': { cors: null } } },
    '/inside': {
      get: { operationId: 'inside', responses: fine, 'x-gateway': { ip: { allow: ['10.0.0.0/8'], deny: ['10.1.0.0/16'] } } },
    },
    '/framed': {
      get: {
        operationId: 'framed',
        responses: fine,
        'x-gateway': { headers: { response: { set: { 'Referrer-Policy': 'origin' }, remove: ['X-Content-Type-Options'] } } },
      },
    },
  },
};

const files = {
  'api.json': JSON.stringify(document),
  'gateway.yaml': [
    'specs: [api.json]',
    'upstreams: { orders: { url: "${UPSTREAM_URL}" } }',
    'teams: { team-orders: {} }',
    `defaults: { cors: { origins: ["${anywhere}"] } }`,
  ].join('\n'),
};

describe('the edge, end to end', () => {
  let gateway: StartedGateway;
  beforeAll(async () => {
    gateway = await start({ files });
  });
  afterAll(() => gateway.stop());

  const preflight = (path: string, origin: string, method: string) =>
    gateway.fetch(path, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': method } });

  describe('CORS', () => {
    it('CR-1: a preflight request is answered from the document, and the service hears nothing', async () => {
      const before = gateway.upstream.requests.length;
      const { status, headers } = await preflight('/orders', app, 'GET');
      expect(status).toBe(204);
      expect(Object.fromEntries(headers)).toMatchObject({
        'access-control-allow-origin': app,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'GET, HEAD, POST',
        'access-control-allow-headers': 'x-api-key, x-trace',
        'access-control-max-age': '600',
        vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
      });
      expect((await preflight('/orders', app, 'POST')).headers.get('access-control-allow-headers')).toBe('content-type');
      expect(gateway.upstream.requests.length).toBe(before);
    });

    it('CR-1: an origin that is not listed gets 204 without a word about CORS', async () => {
      for (const origin of [
        'https://evil.example',
        'https://a.b.preview.example.com',
        'https://x.preview.example.com.evil',
        'null',
        `${app}.evil`,
      ]) {
        const { status, headers } = await preflight('/orders', origin, 'GET');
        expect([status, [...headers.keys()].filter((name) => name.startsWith('access-control'))], origin).toEqual([204, []]);
      }
      expect(
        (await preflight('/orders', 'https://x.preview.example.com', 'GET')).headers.get('access-control-allow-origin'),
      ).toBe('https://x.preview.example.com');
    });

    it('CR-2: every answer carries it, refusals of the gateway too, and the service’s own is replaced', async () => {
      gateway.upstream.answer = (_request, response) =>
        response.writeHead(200, { 'access-control-allow-origin': '*', vary: 'Accept' }).end();
      const served = await gateway.fetch('/orders', { headers: { origin: app } });
      gateway.upstream.answer = undefined;
      expect([served.headers.get('access-control-allow-origin'), served.headers.get('vary')]).toEqual([app, 'Accept, Origin']);
      expect(served.headers.get('access-control-expose-headers')).toContain('sunset');
      const refused = await gateway.fetch('/orders', {
        method: 'POST',
        body: '{',
        headers: { origin: app, 'content-type': 'application/json' },
      });
      expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([400, app]);
      const foreign = await gateway.fetch('/orders', { headers: { origin: 'https://evil.example' } });
      expect([foreign.status, foreign.headers.get('access-control-allow-origin'), foreign.headers.get('vary')]).toEqual([
        200,
        null,
        'Origin',
      ]);
    });

    it('CR-1, CR-2: refusals that no route made carry what the routes of their path allow, else what the gateway file does', async () => {
      const allowed = async (method: string, path: string, origin: string) => {
        const { status, headers } = await gateway.fetch(path, { method, headers: { origin } });
        return [status, headers.get('access-control-allow-origin')];
      };
      expect(await allowed('PUT', '/orders', app)).toEqual([405, app]);
      expect(await allowed('PUT', '/orders', anywhere)).toEqual([405, null]);
      expect(await allowed('GET', '/nowhere', anywhere)).toEqual([404, anywhere]);
      expect(await allowed('GET', '/nowhere', app)).toEqual([404, null]);
      expect(await allowed('OPTIONS', '/silent', anywhere)).toEqual([204, null]);
      const unknown = await preflight('/nowhere', anywhere, 'GET');
      expect([unknown.status, unknown.headers.get('access-control-allow-origin')]).toEqual([404, anywhere]);
      expect((await preflight('/orders', anywhere, 'GET')).headers.get('access-control-allow-origin')).toBeNull();
    });

    it('any origin means any, without credentials', async () => {
      const { headers } = await gateway.fetch('/open', { headers: { origin: 'https://anybody.example' } });
      expect([
        headers.get('access-control-allow-origin'),
        headers.get('access-control-allow-credentials'),
        headers.get('vary'),
      ]).toEqual(['*', null, null]);
    });

    it('OPTIONS that is no preflight request is answered as ever', async () => {
      const { status, headers } = await gateway.fetch('/orders', { method: 'OPTIONS' });
      expect([status, headers.get('allow')]).toEqual([204, 'DELETE, GET, HEAD, OPTIONS, POST']);
    });
  });

  it('IP-1: who is not allowed gets 403 before anything else', async () => {
    const answer = await gateway.fetch('/inside', { headers: { 'x-forwarded-for': '10.2.3.4' } });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([403, 'address-refused']);
  });

  describe('SH-1', () => {
    const named = [
      'x-content-type-options',
      'referrer-policy',
      'cross-origin-resource-policy',
      'cache-control',
      'content-security-policy',
    ];
    const security = (headers: Headers) => named.map((name) => headers.get(name));

    it('is on answers of the service, which may say otherwise', async () => {
      expect(security((await gateway.fetch('/open')).headers).slice(0, 3)).toEqual(['nosniff', 'no-referrer', 'same-site']);
      gateway.upstream.answer = (_request, response) =>
        response.writeHead(200, { 'referrer-policy': 'same-origin', 'x-xss-protection': '1', 'content-type': 'text/html' }).end();
      const { headers } = await gateway.fetch('/orders');
      gateway.upstream.answer = undefined;
      expect(security(headers)).toEqual(['nosniff', 'same-origin', 'same-site', 'no-store', null]);
      expect(headers.get('x-xss-protection')).toBeNull();
    });

    it('is on problems, for paths that nobody has too', async () => {
      const { status, headers } = await gateway.fetch('/nowhere');
      expect([status, ...security(headers)]).toEqual([
        404,
        'nosniff',
        'no-referrer',
        'same-site',
        null,
        "default-src 'none'; frame-ancestors 'none'",
      ]);
    });

    it('gives way to the edits of a route', async () => {
      expect(security((await gateway.fetch('/framed')).headers).slice(0, 2)).toEqual([null, 'origin']);
    });
  });

  // Last: the address of all tests has none left then.
  it('CR-1: an address that sends too many preflight requests is told to wait, and its other requests are answered', async () => {
    const ask = `OPTIONS /orders HTTP/1.1\r\nHost: a\r\nOrigin: ${app}\r\nAccess-Control-Request-Method: GET\r\n`;
    const answers = await gateway.raw(`${`${ask}\r\n`.repeat(3_000)}${ask}Connection: close\r\n\r\n`);
    const refused = answers.split('HTTP/1.1 429 Too Many Requests\r\n');
    expect(refused.length).toBeGreaterThan(1);
    expect(refused[1]).toMatch(/^retry-after: 1\r$/im);
    expect(refused[1]).toContain('too-many-preflights');
    expect((await gateway.fetch('/orders')).status).toBe(200);
  });
});
