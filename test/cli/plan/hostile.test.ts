import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planned } from '../../support/planned.ts';

const keys = [
  'owner',
  'audience',
  'visibility',
  'public',
  'upstream',
  'match',
  'rewrite',
  'redirect',
  'timeouts',
  'limits',
  'validation',
  'headers',
  'cache',
  '__proto__',
  'constructor',
  'x',
];
const members = [
  'total',
  'body',
  'query',
  'request',
  'response',
  'set',
  'add',
  'remove',
  'path',
  'stripPrefix',
  'host',
  'to',
  'status',
  'url',
  'targets',
  'count',
  '__proto__',
  'toString',
];
const leaf = fc.oneof(
  fc.constantFrom(
    null,
    true,
    0,
    -1,
    1e308,
    '',
    '1s',
    '1MiB',
    'enforce',
    '/a/{id}',
    '/a/{x}',
    '//',
    '/../..',
    'http://a',
    'http://',
    '${A}',
    '${',
    'a\r\nb',
    '\u2028',
    '</script>',
    '\ud800',
    'a'.repeat(5_000),
  ),
  fc.string(),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...members), tie('any'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).any;
const object = fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 6, noNullPrototype: true });

const gatewayKeys = [
  'extends',
  'name',
  'serves',
  'hosts',
  'server',
  'upstreams',
  'security',
  'plans',
  'store',
  'teams',
  'defaults',
  'guardrails',
  'lint',
  'telemetry',
  'admin',
  '__proto__',
];

/** Whatever is written: findings or a plan, never a crash, and a plan that is JSON. */
function expectAnswer(files: Readonly<Record<string, unknown>>): void {
  const { plan, failed, diagnostics } = planned(files);
  expect(failed).toBe(diagnostics.some(({ severity }) => severity === 'error'));
  if (plan !== undefined) expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
}

describe('hostile input', () => {
  it('never crashes on what stands in x-gateway', () => {
    fc.assert(
      fc.property(object, object, object, (root, path, operation) => {
        const get = {
          operationId: 'get',
          parameters: [{ name: 'id', in: 'path', required: true, schema: {} }],
          responses: {},
          'x-gateway': operation,
        };
        const document = {
          openapi: '3.1.1',
          info: { title: 'A', version: '1' },
          'x-gateway': root,
          paths: { '/a/{id}': { 'x-gateway': path, get } },
        };
        expectAnswer({ 'openapi.json': document });
      }),
      { numRuns: 150 },
    );
  });

  it('never crashes on what stands in gateway.yaml', () => {
    const document = {
      openapi: '3.1.1',
      info: { title: 'A', version: '1' },
      paths: { '/a': { get: { operationId: 'get', responses: {} } } },
    };
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...gatewayKeys), fc.oneof(value, object, fc.array(object)), {
          maxKeys: 6,
          noNullPrototype: true,
        }),
        (gateway) => {
          expectAnswer({ 'gateway.yaml': { specs: ['openapi.json'], ...gateway }, 'openapi.json': document });
        },
      ),
      { numRuns: 150 },
    );
  });

  it('takes time in proportion to the routes', () => {
    const paths = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, index) => [`/r${index}/{id}`, { get: { operationId: `get${index}`, responses: {} } }]),
    );
    const gateway = {
      specs: ['openapi.json'],
      upstreams: { a: { url: 'http://a' } },
      defaults: { upstream: 'a', timeouts: { total: '1m' } },
      guardrails: [{ name: 'deadline', require: { 'timeouts.total': { atMost: '30s' } } }],
    };
    const { plan, diagnostics } = planned({
      'gateway.yaml': gateway,
      'openapi.json': { openapi: '3.1.1', info: { title: 'A', version: '1' }, paths },
    });
    expect(plan?.routes).toHaveLength(5_000);
    expect(diagnostics.filter(({ rule }) => rule === 'gateway/guardrail').map(({ message }) => message)).toEqual([
      'The guardrail deadline wants timeouts.total at most "30s", not "1m": GET /r0/{id} and 4999 more',
    ]);
  });
});
