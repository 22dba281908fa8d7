import { describe, expect, it } from 'vitest';
import { rowOf } from '../../../../cli/diff/policy/keys.ts';
import { choices, reserved, vocabulary } from '../../../../cli/plan/vocabulary.ts';
import { diffedDocuments, document, operation } from '../../../support/diffed.ts';

const key = { key: { type: 'apiKey', in: 'header', name: 'X-Key' } };

function gated(gateway: unknown): Readonly<Record<string, unknown>> {
  return document(
    { '/a': { post: operation({ 'x-gateway': gateway }) } },
    { security: [{ key: [] }], components: { securitySchemes: key } },
  );
}

function judged(before: unknown, after: unknown): readonly string[] {
  return diffedDocuments(gated(before), gated(after)).changes.map(
    ({ id, direction, verdict }) => `${verdict} ${direction} ${id}`,
  );
}

const rate = (more: object) => ({ limits: { rate: { requests: 10, per: '1m', by: 'ip', ...more } } });

describe('values of x-gateway', () => {
  it.each([
    ['body', { limits: { body: '1MiB' } }, { limits: { body: '2MiB' } }, 'limits-body'],
    ['timeout', { timeouts: { total: '5s' } }, { timeouts: { total: '6s' } }, 'timeouts-total'],
    ['validation', { validation: { request: 'enforce' } }, { validation: { request: 'report' } }, 'validation-request'],
    ['rate', rate({}), rate({ requests: 20 }), 'limits-rate'],
    ['rate, in less time', rate({}), rate({ per: '30s' }), 'limits-rate'],
    ['burst', rate({ burst: 10 }), rate({ burst: 50 }), 'limits-rate'],
    [
      'one plan of several',
      rate({ requests: { free: 5, pro: 30, default: 1 } }),
      rate({ requests: { free: 29, pro: 30, default: 1 } }),
      'limits-rate',
    ],
    ['finer key', rate({}), rate({ by: ['ip', 'operation'] }), 'limits-rate'],
    ['only reported', rate({}), rate({ mode: 'report' }), 'limits-rate'],
    ['counting ahead', rate({ counting: 'exact' }), rate({ counting: 'leased' }), 'limits-rate'],
    ['store away', rate({ onStoreFailure: 'closed' }), rate({ onStoreFailure: 'open' }), 'limits-rate'],
    ['limit removed', rate({}), {}, 'limits-rate'],
    ['spike', { limits: { spikeArrest: '10/s' } }, { limits: { spikeArrest: '20/s' } }, 'limits-spike-arrest'],
    ['address', { ip: { allow: ['10.0.0.0/8'] } }, { ip: { allow: ['10.0.0.0/8', '192.0.2.0/24'] } }, 'ip'],
    [
      'larger range',
      { ip: { allow: ['10.0.0.0/16', '2001:db8::/48'] } },
      { ip: { allow: ['10.0.0.0/8', '2001:db8::/32'] } },
      'ip',
    ],
    ['smaller refusal', { ip: { deny: ['10.0.0.0/8'] } }, { ip: { deny: ['10.1.0.0/16', '10.2.0.1'] } }, 'ip'],
    ['deny', { ip: { deny: ['10.0.0.0/8'] } }, {}, 'ip'],
    ['origin', { cors: { origins: ['https://a.example.com'] } }, { cors: { origins: ['*'] } }, 'cors'],
    ['cors', {}, { cors: { origins: ['https://a.example.com'] } }, 'cors'],
    [
      'credentials',
      { cors: { origins: ['https://a.example.com'] } },
      { cors: { origins: ['https://a.example.com'], credentials: true } },
      'cors',
    ],
    [
      'stripped field',
      { headers: { response: { remove: ['Server', 'X-Secret'] } } },
      { headers: { response: { remove: ['server'] } } },
      'headers-response',
    ],
    ['audience', { audience: ['staff'] }, {}, 'audience'],
    ['scope', { authorize: { scopes: ['a', 'b'] } }, { authorize: { scopes: ['a'] } }, 'authorize-scopes'],
    ['role', { authorize: { roles: ['admin'] } }, { authorize: { roles: ['admin', 'clerk'] } }, 'authorize-roles'],
    ['roles', { authorize: { roles: ['admin'] } }, {}, 'authorize-roles'],
    ['second factor', { authorize: { mfa: true } }, {}, 'authorize-mfa'],
    [
      'older factor',
      { authorize: { mfa: { amr: ['otp'], maxAge: '5m' } } },
      { authorize: { mfa: { amr: ['otp'], maxAge: '1h' } } },
      'authorize-mfa',
    ],
    ['only decided', {}, { authorize: { shadow: true } }, 'authorize-shadow'],
    ['only decided, where it was not', { authorize: { shadow: false } }, { authorize: { shadow: true } }, 'authorize-shadow'],
    ['fields', { limits: { headers: { count: 10, bytes: '4KiB' } } }, { limits: { headers: { count: 20 } } }, 'limits-headers'],
    ['query', { limits: { query: { count: 10 } } }, { limits: { query: { count: 11 } } }, 'limits-query'],
    ['spike in an hour', { limits: { spikeArrest: '3600/h' } }, { limits: { spikeArrest: '2/s' } }, 'limits-spike-arrest'],
  ])('%s: one way is weaker, the other tighter', (_name, before, after, id) => {
    expect(judged(before, after)).toEqual([`weakened weaker ${id}-weakened`]);
    expect(judged(after, before)).toEqual([`potential tighter ${id}-tightened`]);
  });

  it('a counter that operations shared and no longer do lets more pass', () => {
    const make = (root: object, own: object) =>
      document({ '/a': { get: operation({ 'x-gateway': own }) } }, { security: [], 'x-gateway': root });
    const { changes } = diffedDocuments(make(rate({}), {}), make({}, rate({})));
    expect(changes).toMatchObject([
      { id: 'limits-rate-weakened', message: expect.stringContaining('(counted per root before, per operation now)') },
    ]);
  });

  it('spellings of one value are one value', () => {
    expect(judged({ authorize: { shadow: false, mfa: false } }, {})).toEqual([]);
    expect(judged({ timeouts: { total: '60s' } }, { timeouts: { total: '1m' } })).toEqual([]);
    expect(judged(rate({}), rate({ requests: 10 }))).toEqual([]);
    expect(judged({ ip: { allow: ['10.0.0.0/8', '192.0.2.0/24'] } }, { ip: { allow: ['192.0.2.0/24', '10.0.0.0/8'] } })).toEqual(
      [],
    );
    expect(judged({ ip: { allow: ['10.0.0.0/8'] } }, { ip: { allow: ['10.0.0.0/8', '10.1.0.0/16'] } })).toEqual([]);
    expect(judged({ ip: { deny: ['2001:db8::1'] } }, { ip: { deny: ['2001:DB8:0::1/128'] } })).toEqual([]);
    expect(judged({ headers: { request: { set: { 'X-A': '1' } } } }, { headers: { request: { set: { 'x-a': '1' } } } })).toEqual(
      [],
    );
  });

  it('the longest range decides, so a larger one may refuse what a smaller one allowed', () => {
    const ip = (allow: string) => ({ ip: { allow: [allow], deny: ['10.0.0.0/12'] } });
    expect(judged(ip('10.0.0.0/16'), ip('10.0.0.0/8'))).toEqual(['weakened unknown ip-changed']);
  });

  it('what cannot be told and weighs much counts as weaker', () => {
    expect(
      judged({ headers: { request: { set: { 'X-User': 'a' } } } }, { headers: { request: { set: { 'X-User': 'b' } } } }),
    ).toEqual(['weakened unknown headers-request-changed']);
  });

  it('every key of the vocabulary has a row, or is told elsewhere', () => {
    const untold = vocabulary.filter((key) => rowOf(key) === undefined).map(({ key }) => key);
    for (const key of untold)
      expect([
        ...choices,
        'owner',
        'public',
        'match',
        'version',
        'rewrite',
        'lifecycle.deprecated',
        'lifecycle.sunset',
      ]).toContain(key);
    expect(rowOf({ key: 'limits.somethingNew', isOrdered: true })?.presence).toBe('tighter');
    expect(rowOf({ key: 'somethingNew', isOrdered: false })).toEqual({
      weight: { weaker: 'medium', tighter: 'low' },
      presence: 'unknown',
    });
    for (const key of ['cache', 'retry']) expect([...reserved, ...vocabulary.map((one) => one.key)]).toContain(key);
  });
});
