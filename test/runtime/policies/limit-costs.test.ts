import { describe, expect, it } from 'vitest';
import { HeaderFields } from '../../../runtime/header-fields.ts';
import { type LimitOptions, limitOf } from '../../../runtime/limits/limit.ts';
import { LimitUse } from '../../../runtime/limits/store.ts';
import { limitCosts } from '../../../runtime/policies/limit-costs.ts';
import { fakeEnv, fakeExchange } from '../../support/exchange.ts';
import { limitOptions, testStore } from '../../support/limits.ts';

const hour = 3_600_000;

/** A route with one limit of ten whose answers tell what they cost. */
function route(rule: LimitOptions['rule'], reserve = 1) {
  const { store, pass } = testStore();
  const options = limitOptions({ rule, cost: reserve, settledBy: 'x-cost' });
  const counter = store.prepare([limitOf(options, 10)]);
  const settle = limitCosts({}, { ...fakeEnv, limits: store });
  /** What is left after a request of this cost; `refused` when it was. */
  const call = (told?: string): number | string | undefined => {
    const exchange = fakeExchange();
    const use = new LimitUse(counter, ['k'], undefined);
    exchange.limits = use;
    counter.take(use);
    if (use.outcome !== 'admitted') return use.outcome;
    const head = new HeaderFields(200);
    if (told !== undefined) head.set('x-cost', told);
    settle(exchange, head);
    return use.remaining[0];
  };
  return { call, pass };
}

describe('costs that answers tell (RL-9)', () => {
  it.each<[LimitOptions['rule']]>([
    [{ kind: 'bucket', perMs: hour }],
    [{ kind: 'window', perMs: hour }],
    [{ kind: 'sliding', perMs: hour }],
    [{ kind: 'quota', period: 'day', timezone: 'UTC' }],
  ])('are made up for, whatever is left: %j', (rule) => {
    const { call } = route(rule);
    expect([call('3'), call('1'), call('0'), call('50')]).toEqual([7, 6, 6, 0]);
    expect(call('1')).toBe('refused');
  });

  it('give back what was reserved in vain', () => {
    const { call } = route({ kind: 'window', perMs: hour }, 4);
    expect([call('1'), call('2'), call('4'), call()]).toEqual([9, 7, 3, 'refused']);
  });

  it('hold up a bucket until it has drained', () => {
    const { call, pass } = route({ kind: 'bucket', perMs: 10_000 });
    expect([call('15'), call('1')]).toEqual([0, 'refused']);
    pass(5_000);
    expect(call('1')).toBe('refused');
    pass(1_000);
    expect(call('1')).toBe(0);
  });

  it.each(['', '-1', '1.5', '12345678', '1, 2', 'many'])('that cannot be read change nothing: %j', (told) => {
    const { call } = route({ kind: 'window', perMs: hour }, 2);
    expect([call(told), call()]).toEqual([8, 6]);
  });
});
