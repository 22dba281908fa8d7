import { describe, expect, it } from 'vitest';
import { limitMemory } from '../../../cli/plan/limits.ts';
import { keyOf } from '../../../cli/plan/vocabulary.ts';
import { ENTRIES, limitBytes } from '../../../runtime/host/limits/layout.ts';
import type { LimitOptions } from '../../../runtime/limits/limit.ts';
import type { LimitsOptions } from '../../../runtime/policies/limits.ts';
import { planned, said } from '../../support/planned.ts';

const responses = { 200: { description: 'Fine' } };
const key = { type: 'apiKey', name: 'key', in: 'header' };

/** Two operations: `/open` for everybody, `/closed` for callers with a key. */
function documentWith(limits: object, onClosed?: object): object {
  return {
    openapi: '3.1.1',
    info: { title: 'Orders', version: '1' },
    'x-gateway': { owner: 'team-orders', upstream: 'orders', limits },
    components: { securitySchemes: { key } },
    paths: {
      '/open': { get: { operationId: 'open', security: [], responses, 'x-gateway': { public: 'A test' } } },
      '/closed': {
        get: {
          operationId: 'closed',
          security: [{ key: [] }],
          responses,
          ...(onClosed === undefined ? {} : { 'x-gateway': onClosed }),
        },
      },
    },
  };
}

const gatewayFile = {
  name: 'orders',
  specs: ['openapi.yaml'],
  upstreams: { orders: { url: 'http://orders:8080' } },
  teams: { 'team-orders': {} },
  security: { key: { type: 'apiKey', keys: 'file:keys.json' } },
  plans: { free: {}, pro: {} },
};

/** What each route counts, by stage. */
function countedIn(document: object, more: object = {}, auth: 'enforced' | 'none' = 'enforced') {
  const checked = planned({ 'gateway.yaml': { ...gatewayFile, ...more }, 'openapi.yaml': document }, { auth });
  const of = (operationId: string, stage: string): LimitsOptions | undefined => {
    const route = checked.plan?.routes.find((one) => one.operationId === operationId);
    return route?.policies.find((policy) => policy.key === 'limits' && policy.stage === stage)?.options as
      | LimitsOptions
      | undefined;
  };
  const ids = (operationId: string, stage: string): readonly string[] | undefined =>
    of(operationId, stage)?.limits.map(({ id }) => id);
  return { checked, of, ids };
}

describe('the limits of a route', () => {
  it('count where they are written, and those by address come before the credentials', () => {
    const rate = [
      { requests: 10, per: '1m', by: 'ip' },
      { requests: 60, per: '1m', by: ['consumer', 'operation'] },
    ];
    const { ids, of } = countedIn(documentWith({ rate, spikeArrest: '50/s' }));
    expect(ids('closed', 'address-limits')).toEqual(['openapi.yaml#/x-gateway/limits/rate/0']);
    expect(ids('closed', 'limits')).toEqual([
      'openapi.yaml#/x-gateway/limits/rate/1 GET /closed',
      'openapi.yaml#/x-gateway/limits/spikeArrest/0',
    ]);
    expect(ids('open', 'address-limits')).toBeUndefined();
    expect(ids('open', 'limits')).toEqual([
      'openapi.yaml#/x-gateway/limits/rate/0',
      'openapi.yaml#/x-gateway/limits/spikeArrest/0',
    ]);
    expect(of('closed', 'limits')?.limits[1]).toMatchObject({ rule: { kind: 'bucket', perMs: 1_000, burst: 1 }, by: [] });
  });

  it('of the gateway file count for each document, those of a plan for the whole gateway', () => {
    const { ids, of } = countedIn(documentWith({}), {
      defaults: { limits: { concurrency: { requests: 9, by: 'service' } } },
      plans: { pro: { limits: { quota: { requests: 5, per: 'month', by: 'consumer' } } } },
    });
    expect(ids('open', 'limits')).toEqual(['openapi.yaml/defaults/limits/concurrency/0 orders']);
    expect(of('closed', 'limits')?.plans?.map(([plan, limits]) => [plan, limits.map(({ id, name }) => [id, name])])).toEqual([
      ['pro', [['plan pro quota-month/0', 'plan-quota-month']]],
    ]);
    expect(of('open', 'limits')?.plans).toBeUndefined();
  });

  it('by consumer are skipped where anybody may call, and an error where the operation itself says them', () => {
    const rate = { requests: 10, per: '1m', by: 'consumer' };
    const { checked, ids } = countedIn(documentWith({ rate }));
    expect(ids('open', 'limits')).toBeUndefined();
    const open = checked.plan?.routes.find(({ operationId }) => operationId === 'open');
    expect(open?.values.find((value) => value.key === 'limits.rate')?.skipped).toContain('asks for no credential');
    const own = { ...documentWith({}), security: [], paths: { '/a': { get: { responses, 'x-gateway': { limits: { rate } } } } } };
    expect(said(countedIn(own).checked)).toContainEqual(
      expect.stringMatching(
        /^openapi.yaml:1:\d+ error gateway\/inapplicable 'limits.rate' does not apply: calls are counted by consumer/,
      ),
    );
  });

  it('in a trial without credentials are counted by address, at the amount of who has none', () => {
    const rate = { requests: { free: 5, pro: 50, anonymous: 2 }, per: '1m', by: 'consumer' };
    const { of } = countedIn(documentWith({ rate }), {}, 'none');
    expect(of('closed', 'limits')?.limits).toMatchObject([
      { amounts: { plans: [], otherwise: 2 }, by: [{ from: 'ip', ipv6Bits: 64 }] } satisfies Partial<LimitOptions>,
    ]);
  });

  it.each([
    [{ requests: 5, per: '1m', by: 'ip', cost: 6 }, 'A request costs 6 and there is never more than 5: no request could pass'],
    [{ requests: 5, per: '1m', by: 'ip', algorithm: 'fixedWindow', burst: 5 }, "'burst' means nothing to fixedWindow"],
    [{ requests: 5, per: '1m', by: 'ip', status: 503 }, "'status: 503' is for limits that count everybody together"],
    [{ requests: 5, per: '1m', by: 'global', status: 500 }, "'status' must be 429 or 503"],
    [{ requests: 5, per: '1m', by: 'ip', maxDelay: '1s' }, "'maxDelay' means nothing to tokenBucket"],
    [
      { requests: 5, per: '1m', by: 'ip', algorithm: 'slidingLog', counting: 'leased' },
      "'counting: leased' means nothing to slidingLog",
    ],
    [
      { requests: 5, per: '1m', by: 'ip', mode: 'report', counting: 'leased' },
      "'counting: leased' means nothing to a limit that only reports",
    ],
    [
      { requests: 5, per: '1m', by: 'ip', cost: { header: 'X-Cost' }, counting: 'leased' },
      "'counting: leased' means nothing where the answer tells the cost",
    ],
    [
      { requests: 5, per: '1m', by: 'ip', cost: { header: 'X-Cost' }, algorithm: 'slidingLog' },
      'A cost that the answer tells means nothing to slidingLog',
    ],
    [{ requests: 5, per: '1m', by: 'ip', cost: { body: 'items' } }, "'body' must be a JSON pointer"],
    [
      { requests: 5, per: '1m', by: 'ip', cost: { body: '/n' }, algorithm: 'leakyBucket' },
      'A cost that the body tells means nothing to leakyBucket',
    ],
    [
      { requests: 5, per: '1m', by: 'ip', cost: { header: 'X-Cost', reserve: 6 } },
      'A request costs 6 and there is never more than 5',
    ],
    [{ requests: 10_001, per: '1m', by: 'ip', algorithm: 'slidingLog' }, 'slidingLog remembers every request, at most 10000'],
  ])('cannot be %j', (rate, message) => {
    expect(said(countedIn(documentWith({ rate })).checked).join('\n')).toContain(message);
  });

  it.each<[object, number, number]>([
    [{}, 0, 0],
    [{ queue: 3 }, 3, 1_000],
    [{ queue: 3, queueTimeout: '5s' }, 3, 2_000],
  ])('RL-7: wait for a slot as %j says, and no longer than the exchange may take', (waiting, queue, maxWaitMs) => {
    const document = documentWith({ concurrency: { requests: 2, by: 'ip', ...waiting } });
    const { of } = countedIn(document, { defaults: { timeouts: { total: '2s' } } });
    expect(of('open', 'limits')?.limits[0]?.rule).toEqual({ kind: 'concurrency', queue, maxWaitMs });
  });

  it.each<[string, object | undefined, boolean]>([
    ['application/json', {}, true],
    ['application/merge-patch+json; charset=utf-8', {}, true],
    ['text/plain', {}, false],
    ['', undefined, false],
  ])('RL-9: find their cost in a body of %j', (type, media, isFine) => {
    const rate = { requests: 10, per: '1m', by: 'ip', cost: { body: '/items/0/a~1b', reserve: 2 } };
    const requestBody = media === undefined ? {} : { requestBody: { content: { [type]: media } } };
    const post = {
      operationId: 'open',
      security: [],
      responses,
      ...requestBody,
      'x-gateway': { public: 'A test', limits: { rate } },
    };
    const { checked, of } = countedIn({ ...documentWith({}), paths: { '/open': { post } } });
    const message = 'POST /open takes no JSON, and a limit is to find its cost there';
    expect(said(checked).join('\n').includes(message)).toBe(!isFine);
    if (!isFine) return;
    expect(of('open', 'limits')?.limits).toMatchObject([{ cost: 2, saidAt: ['items', '0', 'a/b'] }]);
    expect(checked.plan?.routes[0]).toMatchObject({ buffers: 'limits whose cost it says' });
    expect(checked.plan?.routes[0]?.policies.map(({ stage }) => stage)).toContain('body-limits');
  });

  it('RL-14: of everybody together may be answered 503', () => {
    const { of } = countedIn(documentWith({ rate: { requests: 5, per: '1m', by: ['service', 'operation'], status: 503 } }));
    expect(of('open', 'limits')?.limits[0]).toMatchObject({ by: [], status: 503 });
  });

  it('RL-8: of a month begin on its first day, or on another', () => {
    const quota = [5, 6].map((requests) => ({ requests, per: 'month', by: 'ip', ...(requests === 5 ? {} : { startDay: 31 }) }));
    const { of } = countedIn(documentWith({ quota }));
    expect(of('open', 'limits')?.limits.map(({ rule }) => rule)).toEqual([
      { kind: 'quota', period: 'month', timezone: 'UTC' },
      { kind: 'quota', period: 'month', timezone: 'UTC', startDay: 31 },
    ]);
    const told = (more: object): string =>
      said(countedIn(documentWith({ quota: { requests: 5, per: 'week', by: 'ip', ...more } })).checked).join('\n');
    expect(told({ startDay: 3 })).toContain("'startDay' means nothing to a quota of a week");
    expect(told({ startDay: 32 })).toContain("'startDay' must be");
  });

  it('RL-9: of a plan do not, since it holds for every document', () => {
    const rate = { requests: 10, per: '1m', by: 'consumer', cost: { body: '/n' } };
    const { checked } = countedIn(documentWith({}), { plans: { pro: { limits: { rate } } } });
    expect(said(checked).join('\n')).toContain("There is no 'body' here");
  });

  it.each([
    [{ queueTimeout: '1s' }, "'queueTimeout' means nothing without a queue"],
    [{ queue: 2, mode: 'report' }, "'queue' means nothing to a limit that only reports"],
    [{ queue: -1 }, "'queue' must be"],
    [{ queue: 10_001 }, "'queue' must be"],
    [{ queue: 1, queueTimeout: '61s' }, "'queueTimeout' must be"],
  ])('cannot wait as %j', (waiting, message) => {
    const concurrency = { requests: 2, by: 'ip', ...waiting };
    expect(said(countedIn(documentWith({ concurrency })).checked).join('\n')).toContain(message);
  });
});

describe('a credential that is optional', () => {
  const rate = { requests: 10, per: '1m', by: 'consumer' };
  const optional = (own: object): string => {
    const document = { ...documentWith({ rate: own }), paths: { '/a': { get: { security: [{ key: [] }, {}], responses } } } };
    return said(countedIn(document).checked).join('\n');
  };

  it('RL-10: callers without one are counted by address, or it is an error', () => {
    const wanted = 'GET /a may be called without a credential, and nothing says how often';
    expect(optional(rate)).toMatch(new RegExp(`openapi.yaml:1:\\d+ error gateway/inapplicable ${wanted}`));
    expect(optional({ ...rate, requests: { default: 10, anonymous: 2 } })).not.toContain(wanted);
  });
});

describe('guardrails over limits', () => {
  const broken = (rate: object, bound: object): boolean => {
    const guardrails = [{ name: 'speed', require: { 'limits.rate': { atMost: bound } } }];
    const { checked } = countedIn(documentWith({ rate }), { guardrails });
    return said(checked).some((line) => line.includes('gateway/guardrail'));
  };
  const bound = { requests: 100, per: '10s', by: 'ip', burst: 20 };

  it.each<[string, object, boolean]>([
    ['slower, smaller', { requests: 10, per: '10s', by: 'ip' }, false],
    ['as fast, as large', { requests: 10, per: '1s', by: 'ip', burst: 20 }, false],
    ['faster', { requests: 11, per: '1s', by: 'ip', burst: 20 }, true],
    ['larger at once', { requests: 1, per: '1s', by: 'ip', burst: 21 }, true],
    ['one plan is faster', { requests: { free: 1, pro: 20 }, per: '1s', by: 'ip' }, true],
    ['every plan is slower', { requests: { free: 1, pro: 9 }, per: '1s', by: 'ip' }, false],
    [
      'one of a list',
      [
        { requests: 99, per: '1s', by: 'ip' },
        { requests: 5, per: '1s', by: 'ip' },
      ],
      false,
    ],
    [
      'none of a list',
      [
        { requests: 99, per: '1s', by: 'ip' },
        { requests: 98, per: '1s', by: 'ip' },
      ],
      true,
    ],
  ])('%s', (_name, rate, expected) => {
    expect(broken(rate, bound)).toBe(expected);
  });

  it('gw diff knows which change is weaker', () => {
    const compare = (before: object, after: object) => keyOf('limits.rate')?.compare(before, after);
    const rate = { requests: 10, per: '1s', by: 'ip' };
    expect(compare(rate, { ...rate, requests: 20 })).toBe('weaker');
    expect(compare(rate, { ...rate, requests: 5 })).toBe('tighter');
    expect(compare(rate, { ...rate, requests: 600, per: '1m', burst: 10 })).toBe('equal');
    expect(compare(rate, { ...rate, requests: 5, burst: 50 })).toBe('unknown');
  });
});

describe('the table of counters', () => {
  it('is as large as the build says', () => {
    expect(limitMemory.counters).toBe(ENTRIES);
    expect(limitMemory.bytes).toBe(limitBytes(1));
  });
});
