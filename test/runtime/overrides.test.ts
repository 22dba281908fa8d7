import { describe, expect, it } from 'vitest';
import type { PolicyEnv, Reply } from '../../runtime/contract.ts';
import { type Override, overrideStage } from '../../runtime/overrides.ts';
import { type ExchangeOptions, fakeEnv, fakeExchange } from '../support/exchange.ts';
import { testStore } from '../support/limits.ts';

/** Asks the stage again and again; `value` may be replaced meanwhile. */
function asked(value: readonly Override[] | undefined, when: 'early' | 'late' = 'late') {
  const counted = testStore();
  const holder: { value: unknown } = { value };
  const env: PolicyEnv = { ...fakeEnv, limits: counted.store, clock: () => counted.clock.wallMs, runtimeValue: () => holder };
  const stage = overrideStage(env, when);
  const ask = (options: ExchangeOptions = {}): string => {
    const reply = stage(fakeExchange(options));
    return reply === undefined ? 'pass' : 'then' in reply ? 'waits' : codeOf(reply);
  };
  return { ask, holder, pass: (ms: number) => counted.pass(ms) };
}

const codeOf = ({ status, problem }: Reply): string => `${status} ${problem?.code}`;
const of = (consumer: string): ExchangeOptions => ({ identity: { consumer, apiKey: `key of ${consumer}`, tenant: 't' } });
const block = (scope: Override['scope'], id: string): Override => ({ scope, id, action: { kind: 'block' }, reason: 'a test' });

describe('overrideStage (PR-5)', () => {
  it('does nothing while nothing is ordered, and again when it was taken back', () => {
    const { ask, holder } = asked(undefined);
    expect(ask(of('acme'))).toBe('pass');
    holder.value = [block('consumer', 'acme')];
    expect([ask(of('acme')), ask(of('other')), ask()]).toEqual(['403 blocked', 'pass', 'pass']);
    holder.value = undefined;
    expect(ask(of('acme'))).toBe('pass');
  });

  it.each([
    ['consumer', 'acme', of('acme')],
    ['key', 'key of acme', of('acme')],
    ['tenant', 't', of('acme')],
  ] as const)('knows a %s once the caller is known', (scope, id, request) => {
    expect(asked([block(scope, id)], 'late').ask(request)).toBe('403 blocked');
    expect(asked([block(scope, id)], 'early').ask(request)).toBe('pass');
    expect(asked([block(scope, `${id}.`)]).ask(request)).toBe('pass');
  });

  it('knows addresses, routes and everybody before that', () => {
    const from = (address: string): ExchangeOptions => ({ address });
    const { ask } = asked([block('ip', '10.0.0.0/8')], 'early');
    expect([ask(from('10.9.8.7')), ask(from('11.0.0.1')), ask(from('::1'))]).toEqual(['403 blocked', 'pass', 'pass']);
    expect(asked([block('global', 'all')], 'early').ask()).toBe('403 blocked');
    expect(asked([block('global', 'all')], 'late').ask()).toBe('pass');
  });

  it('slows down to a rate, and says when to come again', () => {
    const limit: Override = {
      scope: 'consumer',
      id: 'acme',
      action: { kind: 'limit', requests: 5, perMs: 1_000 },
      reason: 'a test',
    };
    const { ask, pass } = asked([limit]);
    const answers = Array.from({ length: 7 }, () => ask(of('acme')));
    expect(answers).toEqual([
      ...Array.from({ length: 5 }, () => 'pass'),
      '429 abnormal-usage-detected',
      '429 abnormal-usage-detected',
    ]);
    expect(ask(of('other'))).toBe('pass');
    pass(200);
    expect([ask(of('acme')), ask(of('acme'))]).toEqual(['pass', '429 abnormal-usage-detected']);
  });

  it('ends by itself', () => {
    const { ask, pass, holder } = asked(undefined);
    holder.value = [{ ...block('consumer', 'acme'), untilMs: 1_795_000_000_000 + 1_000 }];
    expect(ask(of('acme'))).toBe('403 blocked');
    pass(1_000);
    expect(ask(of('acme'))).toBe('pass');
  });

  it('sheds a share', () => {
    const shed = (percent: number): Override => ({
      scope: 'consumer',
      id: 'acme',
      action: { kind: 'shed', percent },
      reason: 'a test',
    });
    const refused = (percent: number): number => {
      const { ask } = asked([shed(percent)]);
      return Array.from({ length: 2_000 }, () => ask(of('acme'))).filter((answer) => answer === '503 shed').length;
    };
    expect([refused(0), refused(100)]).toEqual([0, 2_000]);
    expect(Math.abs(refused(50) - 1_000)).toBeLessThan(200);
  });
});
