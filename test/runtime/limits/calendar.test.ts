import { describe, expect, it } from 'vitest';
import { CalendarPeriods } from '../../../runtime/limits/calendar.ts';
import { limitFor, takeOne, testStore } from '../../support/limits.ts';

function periodAt(period: 'day' | 'week' | 'month', timezone: string, at: string, startDay?: number): readonly string[] {
  const periods = new CalendarPeriods(period, timezone, startDay);
  periods.moveTo(Date.parse(at));
  return [periods.startMs, periods.endMs].map((ms) => new Date(ms).toISOString());
}

describe('calendar periods (RL-8)', () => {
  it.each([
    ['day', 'UTC', '2026-11-23T13:00:00Z', '2026-11-23T00:00:00.000Z', '2026-11-24T00:00:00.000Z'],
    ['week', 'UTC', '2026-11-22T23:59:59Z', '2026-11-16T00:00:00.000Z', '2026-11-23T00:00:00.000Z'],
    ['week', 'UTC', '2026-11-23T00:00:00Z', '2026-11-23T00:00:00.000Z', '2026-11-30T00:00:00.000Z'],
    ['month', 'UTC', '2028-02-29T12:00:00Z', '2028-02-01T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
    ['month', 'UTC', '2026-12-31T23:59:59Z', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    // A day of 23 and one of 25 hours.
    ['day', 'Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
    ['day', 'Europe/Berlin', '2026-10-25T12:00:00Z', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
    ['month', 'Europe/Berlin', '2026-10-31T23:30:00Z', '2026-10-31T23:00:00.000Z', '2026-11-30T23:00:00.000Z'],
    // Clocks go forward at midnight: the day begins at 01:00.
    ['day', 'Asia/Beirut', '2025-03-30T12:00:00Z', '2025-03-29T22:00:00.000Z', '2025-03-30T21:00:00.000Z'],
    ['day', 'Asia/Kathmandu', '2026-11-23T18:14:59Z', '2026-11-22T18:15:00.000Z', '2026-11-23T18:15:00.000Z'],
    ['day', 'Pacific/Kiritimati', '2026-11-23T10:00:00Z', '2026-11-23T10:00:00.000Z', '2026-11-24T10:00:00.000Z'],
  ] as const)('%s in %s at %s', (period, timezone, at, start, end) => {
    expect(periodAt(period, timezone, at)).toEqual([start, end]);
  });

  it.each(['Europe/Berlin', 'America/Sao_Paulo', 'Asia/Beirut', 'Australia/Lord_Howe', 'America/St_Johns', 'UTC'])(
    'every instant of two years is in one day, and days follow each other: %s',
    (timezone) => {
      const days = new CalendarPeriods('day', timezone);
      let last = Number.NaN;
      for (let at = Date.parse('2017-06-01T00:00:00Z'); at < Date.parse('2019-06-01T00:00:00Z'); at += 3_600_000 * 5) {
        days.moveTo(at);
        expect(days.startMs <= at && at < days.endMs).toBe(true);
        if (days.endMs !== last && !Number.isNaN(last)) expect(days.startMs).toBe(last);
        last = days.endMs;
      }
    },
  );

  it.each([
    ['UTC', 15, '2026-11-14T23:59:59Z', '2026-10-15T00:00:00.000Z', '2026-11-15T00:00:00.000Z'],
    ['UTC', 15, '2026-11-15T00:00:00Z', '2026-11-15T00:00:00.000Z', '2026-12-15T00:00:00.000Z'],
    ['UTC', 15, '2027-01-01T00:00:00Z', '2026-12-15T00:00:00.000Z', '2027-01-15T00:00:00.000Z'],
    // Months that are too short begin on their last day, and the next is right again.
    ['UTC', 31, '2026-02-27T23:59:59Z', '2026-01-31T00:00:00.000Z', '2026-02-28T00:00:00.000Z'],
    ['UTC', 31, '2026-02-28T00:00:00Z', '2026-02-28T00:00:00.000Z', '2026-03-31T00:00:00.000Z'],
    ['UTC', 31, '2026-04-30T12:00:00Z', '2026-04-30T00:00:00.000Z', '2026-05-31T00:00:00.000Z'],
    ['UTC', 29, '2028-02-29T12:00:00Z', '2028-02-29T00:00:00.000Z', '2028-03-29T00:00:00.000Z'],
    ['UTC', 29, '2027-02-28T12:00:00Z', '2027-02-28T00:00:00.000Z', '2027-03-29T00:00:00.000Z'],
    ['UTC', 30, '2028-02-29T12:00:00Z', '2028-02-29T00:00:00.000Z', '2028-03-30T00:00:00.000Z'],
    // It begins, and ends, while clocks are changed.
    ['Europe/Berlin', 29, '2026-03-29T12:00:00Z', '2026-03-28T23:00:00.000Z', '2026-04-28T22:00:00.000Z'],
    ['Europe/Berlin', 25, '2026-10-24T22:00:00Z', '2026-10-24T22:00:00.000Z', '2026-11-24T23:00:00.000Z'],
    ['Asia/Beirut', 30, '2025-03-29T22:00:00Z', '2025-03-29T22:00:00.000Z', '2025-04-29T21:00:00.000Z'],
  ] as const)('a month in %s that begins on day %i, at %s', (timezone, startDay, at, start, end) => {
    expect(periodAt('month', timezone, at, startDay)).toEqual([start, end]);
  });

  it.each([1, 15, 28, 29, 30, 31])('months from day %i follow each other, and hold what they are asked for', (startDay) => {
    const months = new CalendarPeriods('month', 'America/New_York', startDay);
    let last = Number.NaN;
    let seen = 0;
    for (let at = Date.parse('2027-06-01T00:00:00Z'); at < Date.parse('2029-06-01T00:00:00Z'); at += 3_600_000 * 7) {
      months.moveTo(at);
      expect(months.startMs <= at && at < months.endMs).toBe(true);
      if (months.endMs === last) continue;
      if (!Number.isNaN(last)) expect(months.startMs).toBe(last);
      last = months.endMs;
      seen += 1;
    }
    expect(seen).toBeGreaterThanOrEqual(24);
    expect(seen).toBeLessThanOrEqual(25);
  });

  it('a quota begins anew at the end of the month, and says when that is', () => {
    const { store, clock } = testStore({ wallMs: Date.parse('2026-01-31T22:59:00Z') });
    const limit = limitFor({ kind: 'quota', period: 'month', timezone: 'Europe/Berlin' }, 1);
    expect(takeOne(store, [limit])).toMatchObject({ outcome: 'admitted', remaining: [0], resetMs: [60_000] });
    expect(takeOne(store, [limit])).toMatchObject({ outcome: 'refused', resetMs: [60_000] });
    clock.wallMs += 60_000;
    expect(takeOne(store, [limit])).toMatchObject({ outcome: 'admitted', resetMs: [28 * 86_400_000] });
  });
});
