import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Exchange, Reply } from '../../../runtime/contract.ts';
import { type LimitOptions, limitOf } from '../../../runtime/limits/limit.ts';
import { LimitUse } from '../../../runtime/limits/store.ts';
import { bodyCosts } from '../../../runtime/policies/body-costs.ts';
import { fakeEnv, fakeExchange } from '../../support/exchange.ts';
import { limitOptions, testStore } from '../../support/limits.ts';

const hour = 3_600_000;
const window: LimitOptions['rule'] = { kind: 'window', perMs: hour };

/** A route with these limits; each counts ten an hour. */
function routeWith(limits: readonly Partial<LimitOptions>[]) {
  const { store } = testStore();
  const counter = store.prepare(limits.map((one, index) => limitOf(limitOptions({ rule: window, id: `${index}`, ...one }), 10)));
  const charge = bodyCosts({}, { ...fakeEnv, limits: store });
  const call = async (
    body: unknown,
    keys: readonly (string | undefined)[] = limits.map(() => 'k'),
  ): Promise<{ readonly exchange: Exchange; readonly use: LimitUse; readonly reply: Reply | undefined }> => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const exchange: Exchange = { ...fakeExchange(), readBody: () => Promise.resolve(Buffer.from(text)) };
    const use = new LimitUse(counter, keys, undefined);
    exchange.limits = use;
    await counter.take(use);
    return { exchange, use, reply: use.outcome === 'admitted' ? await charge(exchange) : undefined };
  };
  /** Status and what is left of the first limit. */
  const told = async (body: unknown): Promise<readonly [number, number | undefined]> => {
    const { use, reply } = await call(body);
    return [reply?.status ?? (use.outcome === 'admitted' ? 200 : 429), use.remaining[0]];
  };
  return { call, told };
}

describe('costs that bodies tell (RL-9)', () => {
  it.each<[LimitOptions['rule']]>([
    [window],
    [{ kind: 'bucket', perMs: hour }],
    [{ kind: 'sliding', perMs: hour }],
    [{ kind: 'quota', period: 'month', timezone: 'UTC' }],
  ])('are taken as a whole or not at all: %j', async (rule) => {
    const { told } = routeWith([{ rule, saidAt: ['n'] }]);
    expect([await told({ n: 6 }), await told({ n: 5 }), await told({ n: 4 }), await told({ n: 1 })]).toEqual([
      [200, 4],
      [429, 4],
      [200, 0],
      [429, 0],
    ]);
  });

  it('are at least what is reserved', async () => {
    const { told } = routeWith([{ cost: 3, saidAt: ['n'] }]);
    expect([await told({ n: 0 }), await told({ n: 4 })]).toEqual([
      [200, 7],
      [200, 3],
    ]);
  });

  it.each([
    '',
    'no',
    '[]',
    '{}',
    '{"n":-1}',
    '{"n":1.5}',
    '{"n":"1"}',
    '{"n":null}',
    '{"n":1e400}',
    '{"n":1000001}',
    '{"n":{}}',
    '{"n":1,"n":1}',
  ])('that are not there, or no number of requests, are 400, and the reserve stays counted: %s', async (body) => {
    const { told } = routeWith([{ saidAt: ['n'] }]);
    expect([await told(body), await told({ n: 1 })]).toEqual([
      [400, 9],
      [200, 8],
    ]);
  });

  it.each<[readonly string[], unknown, number]>([
    [['a', '1', 'b'], { a: [0, { b: 2 }] }, 200],
    [['a', 'length'], { a: [1, 2] }, 400],
    [['a', '01'], { a: [1, 2] }, 400],
    [['toString'], {}, 400],
    [['a', 'b'], { a: null }, 400],
    [['a', '0'], { a: '12' }, 400],
  ])('stand where a pointer says, %j', async (saidAt, body, status) => {
    const { told } = routeWith([{ saidAt }]);
    expect((await told(body))[0]).toBe(status);
  });

  it('RL-12: what refuses takes of no limit, whatever was taken before', async () => {
    const { call } = routeWith([{ saidAt: ['n'] }, {}, { rule: { kind: 'concurrency', queue: 0, maxWaitMs: 0 } }]);
    const refused = await call({ n: 11 });
    expect(refused.reply).toMatchObject({ status: 429, problem: { extensions: { 'violated-policies': ['test'] } } });
    expect([refused.use.remaining, refused.use.outcome]).toEqual([[10, 10, 10], 'refused']);
    refused.use.end();
    expect((await call({ n: 10 })).use.remaining).toEqual([0, 9, 9]);
  });

  it('are not asked for by a limit that does not apply, nor by one that only reports', async () => {
    const { call } = routeWith([{ saidAt: ['n'] }, { saidAt: ['m'], report: true }]);
    expect((await call('no', [undefined, 'k'])).reply).toBeUndefined();
    const over = await call({ n: 1, m: 99 });
    expect([over.reply, over.use.exceeded]).toEqual([undefined, 0b10]);
  });
});

it('RL-9: whatever bodies say, what is admitted never costs more than the limit, and as much as fits is admitted', async () => {
  const property = fc.asyncProperty(
    fc.array(fc.integer({ min: -1, max: 12 }), { maxLength: 12 }),
    fc.nat(3),
    async (said, cost) => {
      const { told } = routeWith([{ cost, saidAt: ['n'] }]);
      let left = 10;
      for (const n of said) {
        const [status] = await told({ n });
        const price = Math.max(n, cost);
        const expected = cost > left ? 429 : n < 0 ? 400 : price > left ? 429 : 200;
        expect(status).toBe(expected);
        if (expected === 200) left -= price;
        else if (expected === 400) left -= cost;
      }
    },
  );
  await fc.assert(property, { numRuns: 50 });
});
