import { describe, expect, it } from 'vitest';
import { members } from '../../../../cli/config/gateway-file.ts';
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

const hash = (letter: string) => `sha256:${letter.repeat(64)}`;
const token = (more: object) => ({ admin: { tokens: [{ name: 'ops', hash: hash('a'), ...more }] } });
const staff = (scopes: readonly string[]) => ({
  security: { ids: { type: 'jwt', issuer: 'https://id.test', audience: 'admin' } },
  admin: { jwt: { binding: 'ids', roles: { ops: scopes } } },
});
const identity = (headers: object) => ({ identity: { headers } });
const roles = (clerk: readonly string[]) => ({ roles: { clerk, lead: ['clerk'] } });
const server = (more: object) => ({ server: more });
const files = { cert: 'a.pem', key: 'a.key' };

/** From what is tighter to what is weaker, with the severity of each way: `verdict severity id`. */
const loosened: readonly (readonly [name: string, tight: object, loose: object, weaker: string, tighter: string])[] = [
  ['hosts', { hosts: ['a.test'] }, {}, 'critical hosts', 'high hosts'],
  ['guardrails', guardrail({}), {}, 'high guardrail', 'medium guardrail'],
  ['roles', roles([]), roles(['owner']), 'critical role', 'medium role'],
  [
    'identity',
    identity({ 'X-A': 'subject', 'X-B': 'plan' }),
    identity({ 'x-a': 'subject' }),
    'high identity-header',
    'medium identity-header',
  ],
  ['identity', { identity: { signed: { key: 'file:a.pem' } } }, {}, 'high identity-header', 'medium identity-header'],
  ['store', { store: 'redis://:secret@redis:6379' }, {}, 'high store', 'medium store'],
  ['telemetry', {}, { telemetry: { accessLog: 'none' } }, 'medium access-log', 'low access-log'],
  ['telemetry', {}, { telemetry: { user: 'none' } }, 'medium access-log', 'low access-log'],
  ['telemetry', {}, { telemetry: { user: 'id' } }, 'medium access-log', 'low access-log'],
  ['telemetry', { telemetry: { usage: { file: 'a.jsonl' } } }, {}, 'medium usage', 'low usage'],
  ['admin', { admin: { audit: 'a.jsonl' } }, {}, 'medium admin-audit', 'low admin-audit'],
  ['admin', staff(['metrics:read']), staff(['metrics:read', 'keys:write']), 'high admin-jwt', 'medium admin-jwt'],
  ['admin', { admin: { readOnly: true } }, {}, 'medium admin-readOnly', 'low admin-readOnly'],
  ['admin', {}, token({}), 'high admin-token', 'medium admin-token'],
  ['admin', token({ scopes: ['metrics:read'] }), token({}), 'high admin-token', 'medium admin-token'],
  ['server', server({ tls: files }), {}, 'high server-tls', 'medium server-tls'],
  ['server', server({}), server({ securityHeaders: false }), 'high server-securityHeaders', 'medium server-securityHeaders'],
  ['server', server({}), server({ sanitizeErrors: false }), 'medium server-sanitizeErrors', 'low server-sanitizeErrors'],
  [
    'server',
    server({}),
    server({ paths: { encodedSlash: 'keep' } }),
    'high server-paths.encodedSlash',
    'medium server-paths.encodedSlash',
  ],
  ['server', server({}), server({ limits: { head: '64KiB' } }), 'medium server-limits.headBytes', 'low server-limits.headBytes'],
  [
    'server',
    server({}),
    server({ timeouts: { headers: '5m' } }),
    'medium server-timeouts.headersMs',
    'low server-timeouts.headersMs',
  ],
  ['teams', { teams: { 'team-a': { may: [] } } }, { teams: { 'team-a': { may: ['bind'] } } }, 'high team-may', 'medium team-may'],
  ['upstreams', {}, { upstreams: { main: { url: 'http://a.test' } } }, 'high upstream', 'medium upstream'],
];

/** What is told by the routes that it changes, or is a name. */
const toldElsewhere = ['extends', 'name', 'serves', 'specs', 'security', 'plans', 'defaults', 'lint'];

describe('§7.1: every member of the gateway file', () => {
  it.each(loosened)('%s: how much it weighs, and where it stands', (_name, tight, loose, weaker, tighter) => {
    const said = (before: object, after: object) =>
      diffed(gateway(before), gateway(after)).changes.map(({ verdict, severity, direction, id, at }) => {
        expect((at.head ?? at.base)?.file).toBe('gateway.yaml');
        return `${verdict} ${severity} ${id.replace(/-[a-z]+$/, '')} ${direction}`;
      });
    expect(said(tight, loose)).toEqual([`weakened ${weaker} weaker`]);
    expect(said(loose, tight)).toEqual([`potential ${tighter} tighter`]);
  });

  it('none is left out', () => {
    expect([...new Set([...loosened.map(([name]) => name), ...toldElsewhere])].sort()).toEqual(Object.keys(members).sort());
  });

  it('says what cannot be told, and shows no secret', () => {
    expect(judged(identity({ 'X-A': 'subject' }), identity({ 'X-A': 'plan' }))).toEqual([
      `weakened unknown identity-header-changed: ${all}`,
    ]);
    expect(judged(token({}), token({ hash: hash('b') }))).toEqual(['potential unknown admin-token-changed: ']);
    const moved = diffed(gateway({ store: 'redis://:one@a:6379' }), gateway({ store: 'redis://:two@b:6379' }));
    expect(moved.changes).toMatchObject([{ id: 'store-changed', verdict: 'potential', severity: 'medium' }]);
    expect(JSON.stringify(moved.changes)).not.toMatch(/:one@|:two@/);
  });

  it('a role that includes more opens the routes that ask for what it includes now', () => {
    const asking = document(
      { '/a': { get: operation({ 'x-gateway': { authorize: { roles: ['owner'] } } }), put: operation() } },
      { security: [{ key: [] }], components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Key' } } } },
    );
    const of = (clerk: readonly string[]) => ({ ...gateway(roles(clerk)), 'a.json': asking });
    expect(diffed(of([]), of(['owner'])).changes).toMatchObject([
      { id: 'role-weakened', message: 'role clerk includes: nothing → owner', routes: [{ name: 'GET /a' }] },
    ]);
    expect(diffed(of(['owner']), of(['owner'])).changes).toEqual([]);
  });
});
