import { describe, expect, it } from 'vitest';
import type { Exchange, PolicyEnv, Reply } from '../../../runtime/contract.ts';
import { HeaderFields } from '../../../runtime/header-fields.ts';
import type { LimitOptions } from '../../../runtime/limits/limit.ts';
import { type LimitHeadersOptions, limitHeaders } from '../../../runtime/policies/limit-headers.ts';
import { type LimitsOptions, limits } from '../../../runtime/policies/limits.ts';
import { type ExchangeOptions, fakeEnv, fakeExchange } from '../../support/exchange.ts';
import { limitOptions, testStore } from '../../support/limits.ts';

const perMinute = (amounts: LimitOptions['amounts'], more: Partial<LimitOptions> = {}): LimitOptions =>
  limitOptions({ rule: { kind: 'bucket', perMs: 60_000 }, amounts, by: [{ from: 'consumer' }], ...more });

/** Calls a route with these limits; the status that a policy gives, 200 where it gives none. */
function routeWith(options: LimitsOptions, env: Partial<PolicyEnv> = {}) {
  const { store } = testStore();
  const stage = limits(options, { ...fakeEnv, limits: store, ...env });
  const call = async (
    request: ExchangeOptions = {},
  ): Promise<{ readonly exchange: Exchange; readonly reply: Reply | undefined }> => {
    const exchange = fakeExchange(request);
    return { exchange, reply: await stage(exchange) };
  };
  const status = async (request: ExchangeOptions = {}): Promise<number> => (await call(request)).reply?.status ?? 200;
  const times = async (count: number, request: ExchangeOptions = {}): Promise<number> => {
    let admitted = 0;
    for (let time = 0; time < count; time++) if ((await status(request)) === 200) admitted += 1;
    return admitted;
  };
  return { call, status, times };
}

describe('who is counted (RL-10)', () => {
  it('consumers by themselves', async () => {
    const { times } = routeWith({ limits: [perMinute({ plans: [], otherwise: 2 })] });
    expect(await times(3, { identity: { consumer: 'a' } })).toBe(2);
    expect(await times(3, { identity: { consumer: 'b' } })).toBe(2);
  });

  it.each<[string, LimitOptions['by'], ExchangeOptions, ExchangeOptions]>([
    ['user', [{ from: 'user' }], { identity: { subject: 'a' } }, { identity: { subject: 'b' } }],
    ['tenant', [{ from: 'tenant' }], { identity: { tenant: 'a' } }, { identity: { tenant: 'b' } }],
    ['apiKey', [{ from: 'apiKey' }], { identity: { apiKey: 'a' } }, { identity: { apiKey: 'b' } }],
    ['claim', [{ from: 'claim', name: 'org' }], { identity: { claims: { org: 1 } } }, { identity: { claims: { org: 2 } } }],
    ['ip', [{ from: 'ip', ipv6Bits: 64 }], { identity: {}, address: '192.0.2.1' }, { identity: {}, address: '192.0.2.2' }],
    [
      'a tuple, its parts kept apart',
      [{ from: 'consumer' }, { from: 'user' }],
      { identity: { consumer: 'ab', subject: 'c' } },
      { identity: { consumer: 'a', subject: 'bc' } },
    ],
  ])('%s', async (_name, by, one, other) => {
    const { times } = routeWith({ limits: [perMinute({ plans: [], otherwise: 1 }, { by })] });
    expect([await times(2, one), await times(2, other)]).toEqual([1, 1]);
  });

  it('RL-27: an IPv6 network together', async () => {
    const { times, status } = routeWith({
      limits: [perMinute({ plans: [], otherwise: 1 }, { by: [{ from: 'ip', ipv6Bits: 64 }] })],
    });
    expect(await times(1, { address: '2001:db8:1:2::1' })).toBe(1);
    expect(await status({ address: '2001:db8:1:2:ffff::9' })).toBe(429);
    expect(await status({ address: '2001:db8:1:3::1' })).toBe(200);
  });

  it.each([
    ['reject', [403, 403]],
    ['skip', [200, 200]],
    ['ip', [200, 429]],
  ] as const)('onMissingKey: %s', async (onMissingKey, statuses) => {
    const { status } = routeWith({ limits: [perMinute({ plans: [], otherwise: 1 }, { onMissingKey })] });
    expect([await status({ identity: {} }), await status({ identity: {} })]).toEqual(statuses);
  });

  it('takes no claim from the prototype', async () => {
    const { status } = routeWith({
      limits: [perMinute({ plans: [], otherwise: 1 }, { by: [{ from: 'claim', name: 'toString' }] })],
    });
    expect(await status({ identity: {} })).toBe(403);
  });
});

describe('plans (RL-13)', () => {
  const tiers = { plans: [['free', 1] as const, ['pro', 3] as const], anonymous: 2 };
  const of = (consumer: string, plan: string): ExchangeOptions => ({ identity: { consumer, plan } });

  it('have their own amounts, and one without is refused', async () => {
    const { times, call } = routeWith({ limits: [perMinute(tiers)] });
    expect([await times(9, of('a', 'free')), await times(9, of('b', 'pro')), await times(9)]).toEqual([1, 3, 2]);
    expect((await call(of('c', 'unknown'))).reply).toMatchObject({ status: 403, problem: { code: 'plan-refused' } });
    expect((await call(of('c', '__proto__'))).reply?.status).toBe(403);
  });

  it('others have the default', async () => {
    const { times } = routeWith({ limits: [perMinute({ plans: [['pro', 3]], otherwise: 2 })] });
    expect([await times(9, of('a', 'free')), await times(9, of('b', 'pro')), await times(9)]).toEqual([2, 3, 2]);
  });

  it('bring limits of their own, and all apply', async () => {
    const quota = perMinute({ plans: [], otherwise: 2 }, { id: 'plan', name: 'plan-quota' });
    const { times, call } = routeWith({ limits: [perMinute({ plans: [], otherwise: 9 })], plans: [['partner', [quota]]] });
    expect([await times(9, of('a', 'partner')), await times(20, of('b', 'free'))]).toEqual([2, 9]);
    expect((await call(of('a', 'partner'))).reply?.problem?.extensions).toEqual({ 'violated-policies': ['plan-quota'] });
  });
});

describe('what becomes of the exchange', () => {
  it('RL-12: a refusal gives back what an earlier stage took', async () => {
    const { store } = testStore();
    const env = { ...fakeEnv, limits: store };
    const early = limits({ limits: [perMinute({ plans: [], otherwise: 5 }, { id: 'early', by: [] })] }, env);
    const late = limits({ limits: [perMinute({ plans: [], otherwise: 1 }, { id: 'late', by: [] })] }, env);
    let last: Exchange = fakeExchange();
    for (let time = 0; time < 4; time++) {
      last = fakeExchange();
      early(last);
      late(last);
    }
    expect(last.limits?.earlier?.remaining).toEqual([3]);
    expect(last.limits?.outcome).toBe('refused');
  });

  it('RL-7: a slot is free again when the exchange has ended, also one that was refused by another limit', async () => {
    const slots = limitOptions({ rule: { kind: 'concurrency', queue: 0, maxWaitMs: 0 } });
    const { call } = routeWith({ limits: [slots] });
    const first = await call();
    const second = await call();
    expect([first.reply?.status, second.reply?.status]).toEqual([undefined, 429]);
    second.exchange.limits?.end();
    expect((await call()).reply?.status).toBe(429);
    first.exchange.limits?.end();
    expect((await call()).reply).toBeUndefined();
  });

  it('RL-5: waits for its turn; who left meanwhile gives the place back', async () => {
    const rule = { kind: 'leaky', perMs: 1_000, queue: 2, maxDelayMs: 5_000 } as const;
    const waits: number[] = [];
    const { call } = routeWith(
      { limits: [limitOptions({ rule })] },
      {
        wait: (ms) => {
          waits.push(ms);
          return Promise.resolve();
        },
      },
    );
    expect([(await call()).reply, (await call()).reply]).toEqual([undefined, undefined]);
    expect(waits).toEqual([1_000]);
    const leaving = call();
    (await leaving).exchange.limits?.end();
    expect(waits).toEqual([1_000, 2_000]);
    expect((await call()).reply?.status).toBe(429);
  });

  it('RL-14: everybody together may be 503, for as long; who is counted alone never is', async () => {
    const statusOf = async (by: LimitOptions['by']) => {
      const { call } = routeWith({ limits: [perMinute({ plans: [], otherwise: 1 }, { by, status: 503 })] });
      const caller = { identity: { consumer: 'a' } };
      await call(caller);
      const { reply } = await call(caller);
      return [reply?.status, reply?.problem?.status, reply?.problem?.title, reply?.headers.map(([name]) => name)];
    };
    expect(await statusOf([])).toEqual([503, 503, 'Service Unavailable', ['retry-after']]);
    expect(await statusOf([{ from: 'consumer' }])).toEqual([429, 429, 'Too Many Requests', ['retry-after']]);
  });

  it('RL-14: everybody together is reduced capacity, and no fault of the caller', async () => {
    const { call } = routeWith({ limits: [perMinute({ plans: [], otherwise: 1 }, { by: [] })] });
    await call();
    expect((await call()).reply?.problem?.type).toBe(
      'https://iana.org/assignments/http-problem-types#temporary-reduced-capacity',
    );
  });

  it('RL-15: answers tell the most restrictive limit', async () => {
    const day = limitOptions({
      id: 'b',
      name: 'day',
      rule: { kind: 'window', perMs: 86_400_000 },
      amounts: { plans: [], otherwise: 9 },
    });
    const { call } = routeWith({ limits: [perMinute({ plans: [], otherwise: 5 }, { name: 'minute' }), day] });
    const { exchange } = await call({ identity: { consumer: 'a' } });
    const told = (fields: LimitHeadersOptions['fields']): readonly string[] => {
      const head = new HeaderFields(200);
      head.set('x-ratelimit-limit', 'of the service');
      limitHeaders({ fields }, { ...fakeEnv, clock: () => 1_795_000_000_000 })(exchange, head);
      return head.flat;
    };
    const ietf = [
      ...['ratelimit-policy', '"minute";q=5;w=60, "day";q=9;w=86400'],
      ...['ratelimit', '"minute";r=4;t=12, "day";r=8;t=46400'],
    ];
    const legacy = ['x-ratelimit-limit', '5', 'x-ratelimit-remaining', '4', 'x-ratelimit-reset', '1795000012'];
    expect(told('both')).toEqual([...ietf, ...legacy]);
    // RL-16.
    expect([told('ietf'), told('legacy'), told('none')]).toEqual([ietf, legacy, []]);
  });
});
