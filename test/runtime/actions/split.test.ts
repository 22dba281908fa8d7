import { describe, expect, it } from 'vitest';
import type { ActionEnv } from '../../../runtime/actions/action.ts';
import { type SplitOptions, split } from '../../../runtime/actions/split.ts';
import type { Identity } from '../../../runtime/contract.ts';
import type { ServedExchange } from '../../../runtime/exchange.ts';
import { fakeEnv } from '../../support/exchange.ts';

const timeouts = { totalMs: 1_000, connectMs: 1_000, firstByteMs: 1_000, idleMs: 1_000 };
const canary = (weights: readonly number[], more: Partial<SplitOptions> = {}): SplitOptions => ({
  targets: weights.map((weight, index) => ({ upstream: `v${index + 1}`, weight })),
  sticky: 'caller',
  roles: ['qa'],
  timeouts,
  ...more,
});

/** The upstream that each caller is sent to. */
function sentTo(
  options: SplitOptions,
  callers: readonly Partial<ServedExchange>[],
  weights?: unknown,
): readonly (string | number)[] {
  let taken = '';
  const env: ActionEnv = {
    route: fakeEnv.route,
    headerSlot: fakeEnv.headerSlot,
    sanitizeErrors: true,
    runtimeValue: () => ({ value: weights }),
    upstream: (name) => ({
      name,
      forward() {
        taken = name;
        return undefined;
      },
    }),
  };
  const action = split(options, env);
  return callers.map((caller) => {
    const exchange = {
      path: '/',
      query: '',
      captures: [],
      clientAddress: '192.0.2.1',
      requestId: 'r',
      header: () => undefined,
      note: () => undefined,
      ...caller,
    };
    const reply = action(exchange as unknown as ServedExchange);
    return reply !== undefined && 'status' in reply ? reply.status : taken;
  });
}

const consumer = (name: string, roles: readonly string[] = []): Partial<ServedExchange> => ({
  identity: { consumer: name, roles } as unknown as Identity,
});
const many = Array.from({ length: 10_000 }, (_, index) => consumer(`c${index}`));
const share = (taken: readonly (string | number)[], name: string): number =>
  taken.filter((one) => one === name).length / taken.length;

describe('split (RT-11)', () => {
  it('shares callers by weight; the sum need not be 100', () => {
    for (const [weights, expected] of [
      [[95, 5], 0.05],
      [[1, 1], 0.5],
      [[3, 1], 0.25],
      [[0, 7], 1],
      [[7, 0], 0],
    ] as const) {
      expect(Math.abs(share(sentTo(canary(weights), many), 'v2') - expected)).toBeLessThan(0.015);
    }
  });

  it('keeps a caller where it is while the share of the new one grows', () => {
    const steps = [1, 5, 25, 50, 100].map((weight) => sentTo(canary([100 - weight, weight]), many));
    for (const [index, taken] of steps.entries()) {
      const next = steps[index + 1] ?? taken;
      expect(taken.every((name, caller) => name === 'v1' || next[caller] === 'v2')).toBe(true);
    }
  });

  it('takes weights that an operator has set; nobody left is 503', () => {
    expect(new Set(sentTo(canary([95, 5]), many, { v1: 0 }))).toEqual(new Set(['v2']));
    expect(new Set(sentTo(canary([95, 5]), many, { v1: 0, v2: 0 }))).toEqual(new Set([503]));
    expect(share(sentTo(canary([95, 5]), many, { __proto__: 1, v1: 'x' }), 'v2')).toBeLessThan(0.1);
  });

  it('lets only some roles choose', () => {
    const header = (): string => 'v2';
    expect(sentTo(canary([1, 0]), [{ ...consumer('a', ['qa']), header }])).toEqual(['v2']);
    expect(sentTo(canary([1, 0]), [{ ...consumer('a', ['user']), header }, { header }])).toEqual(['v1', 'v1']);
  });

  it('goes by the cookie of a browser, else by its address', () => {
    const header = (): string => 'a=b; __gw_split=7; c=d';
    const [first, second] = sentTo(canary([1, 1]), [
      { header, clientAddress: '192.0.2.1' },
      { header, clientAddress: '192.0.2.2' },
    ]);
    expect(first).toBe(second);
    const addresses = Array.from({ length: 2_000 }, (_, index) => ({ clientAddress: `10.0.${index >> 8}.${index & 255}` }));
    expect(Math.abs(share(sentTo(canary([1, 1]), addresses), 'v2') - 0.5)).toBeLessThan(0.05);
  });
});
