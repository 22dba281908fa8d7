import { describe, expect, it } from 'vitest';
import { QuotaMarks } from '../../../../runtime/host/limits/quota-marks.ts';
import type { LimitOptions } from '../../../../runtime/limits/limit.ts';
import { limitFor, takeOne, testStore } from '../../../support/limits.ts';

const WALL = Date.parse('2026-11-30T12:00:00Z');

/** Callers of a quota by consumer, and what is said after each call. */
function quotaOf(amount: number, more: Partial<LimitOptions> = {}, soft = false) {
  const { store, clock } = testStore({ wallMs: WALL });
  const rule: LimitOptions['rule'] = { kind: 'quota', period: 'month', timezone: 'UTC', ...(soft ? { soft: true } : {}) };
  const limit = limitFor(rule, amount, { by: [{ from: 'consumer' }], ...more });
  const marks = new QuotaMarks();
  const call = (consumer: string | undefined = 'acme', thread = marks) =>
    thread.look(takeOne(store, [limit], [consumer ?? 'by address']), consumer, 'list', clock.wallMs);
  const percents = (calls: number): readonly number[] =>
    Array.from({ length: calls }, () => call()).flatMap((found) => found.map(({ percent }) => percent));
  return { call, percents, clock };
}

describe('QuotaMarks (RL-8)', () => {
  it('says once that 80 % is used, and once that all is', () => {
    const { call, percents, clock } = quotaOf(10);
    expect(percents(7)).toEqual([]);
    expect(call()).toMatchObject([
      {
        ...{ percent: 80, policy: 'test', limit: 10, consumer: 'acme', route: 'list' },
        ...{ startMs: Date.parse('2026-11-01T00:00:00Z'), endMs: Date.parse('2026-12-01T00:00:00Z') },
      },
    ]);
    expect(percents(10)).toEqual([100]);
    clock.wallMs += 86_400_000;
    expect(percents(12)).toEqual([80, 100]);
  });

  it('of a soft one too, and of one that a costly request has jumped over', () => {
    expect(quotaOf(10, {}, true).percents(20)).toEqual([80, 100]);
    expect(quotaOf(10, { cost: 4 }).percents(4)).toEqual([80, 100]);
    expect(quotaOf(10, { cost: 11 }, true).percents(2)).toEqual([100]);
  });

  it('says the same under the same id on every thread, and names no caller in it', () => {
    const { call, percents } = quotaOf(20);
    percents(16);
    const ids = [new QuotaMarks(), new QuotaMarks()].map((thread) => call('acme', thread).map(({ id }) => id));
    expect(ids[0]).toEqual([expect.stringMatching(/^[\w-]{43}$/)]);
    expect(ids[1]).toEqual(ids[0]);
  });

  it('keeps consumers apart, and says nothing of who is nobody', () => {
    const { call, percents } = quotaOf(1);
    expect([percents(1), call('other').map(({ consumer }) => consumer), call(undefined)]).toEqual([[100], ['other'], []]);
  });

  it('of a quota that everybody shares says no consumer', () => {
    expect(quotaOf(1, { by: [] }).call('acme')).toMatchObject([{ percent: 100, consumer: undefined }]);
  });
});
