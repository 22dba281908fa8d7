import { describe, expect, it } from 'vitest';
import { diffed, document, operation } from '../../../support/diffed.ts';

const a = document(
  { '/a': { get: operation(), post: operation() } },
  {
    security: [{ key: [] }],
    components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Key' } } },
    'x-gateway': { limits: { body: '1KiB' } },
  },
);
const b = document(
  { '/b': { get: operation({ 'x-gateway': { public: 'test' } }), put: operation({ 'x-gateway': { public: 'test' } }) } },
  { security: [] },
);
const guardrail = (more: object) => ({
  guardrails: [{ name: 'small', match: { methods: ['POST', 'PUT'] }, require: { 'limits.body': { atMost: '10MiB' } }, ...more }],
});

function gateway(more: object): Readonly<Record<string, unknown>> {
  return {
    'gateway.yaml': {
      specs: [
        { files: 'a.json', owner: 'team-a' },
        { files: 'b.json', owner: 'team-b' },
      ],
      upstreams: { main: { url: 'https://a.test' } },
      security: { key: { type: 'apiKey' } },
      defaults: { upstream: 'main' },
      ...more,
    },
    'a.json': a,
    'b.json': b,
  };
}

function judged(before: object, after: object): readonly string[] {
  return diffed(gateway(before), gateway(after)).changes.map(
    ({ id, direction, verdict, routes }) => `${verdict} ${direction} ${id}: ${routes.map(({ name }) => name).join(', ')}`,
  );
}

const all = 'GET /a, POST /a, GET /b, PUT /b';

describe('D7: the gateway file', () => {
  it.each([
    ['guardrail removed', guardrail({}), {}, 'guardrail', 'POST /a, PUT /b'],
    [
      'bound moved',
      guardrail({}),
      guardrail({ require: { 'limits.body': { atMost: '20MiB' } } }),
      'guardrail',
      'POST /a, PUT /b',
    ],
    ['exception', guardrail({}), guardrail({ except: [{ route: 'POST /a', reason: 'test' }] }), 'guardrail', 'POST /a, PUT /b'],
    [
      'plan',
      { plans: { free: { limits: { rate: { requests: 5, per: '1m', by: 'consumer' } } } } },
      { plans: { free: { limits: { rate: { requests: 9, per: '1m', by: 'consumer' } } } } },
      'plan',
      'GET /a, POST /a',
    ],
    ['hosts', { hosts: ['a.example.com'] }, { hosts: ['a.example.com', 'b.example.com'] }, 'hosts', all],
    ['any host', { hosts: ['a.example.com'] }, {}, 'hosts', all],
    ['plain http', {}, { upstreams: { main: { url: 'http://a.test' } } }, 'upstream', all],
    ['proxies', {}, { server: { trustedProxies: ['10.0.0.0/8'] } }, 'server-trustedProxies', all],
    [
      'grant',
      { teams: { 'team-a': {}, 'team-b': {} } },
      { teams: { 'team-a': { may: ['redirect'] }, 'team-b': {} } },
      'team-may',
      'GET /a, POST /a',
    ],
  ])('%s: weaker one way, tighter the other, with all routes', (_name, before, after, id, routes) => {
    expect(judged(before, after)).toEqual([`weakened weaker ${id}-weakened: ${routes}`]);
    expect(judged(after, before)).toEqual([`potential tighter ${id}-tightened: ${routes}`]);
  });

  it('another address of an upstream may be anything', () => {
    expect(judged({}, { upstreams: { main: { url: 'https://b.test' } } })).toEqual([`weakened unknown upstream-changed: ${all}`]);
  });

  it('shows what a pull request loosens of its own gate', () => {
    const suppress = [{ rule: 'route/slash', where: 'a.json', reason: 'test' }];
    expect(judged({}, { lint: { suppress } })).toEqual(['weakened weaker suppression-weakened: ']);
    expect(judged({}, { lint: { rules: { 'route/slash': 'none' } } })).toEqual(['potential unknown lint-changed: ']);
  });

  it('a gateway file that is gone takes its guardrails with it', () => {
    const [platform, { 'gateway.yaml': _file, ...documents }] = [gateway(guardrail({})), gateway(guardrail({}))];
    const found = (before: typeof platform, after: typeof platform) =>
      diffed(before, after).changes.filter(({ id }) => id.startsWith('gateway-file'));
    expect(found(platform, documents)).toMatchObject([
      { id: 'gateway-file-weakened', severity: 'critical', verdict: 'weakened', routes: [{}, {}, {}, {}] },
    ]);
    expect(found(documents, platform)).toMatchObject([{ id: 'gateway-file-tightened', verdict: 'potential' }]);
  });
});
