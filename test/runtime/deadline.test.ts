import { describe, expect, it } from 'vitest';
import { allowedMs } from '../../runtime/deadline.ts';
import { REQUEST_DEADLINE_SLOT, REQUEST_TIMEOUT_MS_SLOT, REQUEST_TIMEOUT_SLOT } from '../../runtime/header-slots.ts';

function allowed(values: Readonly<Record<number, string>>, durationMs = 0): number {
  return allowedMs({ header: (slot) => values[slot] }, 15_000, durationMs);
}

describe('allowedMs (TO-1)', () => {
  it('is what the route allows where the client says nothing', () => {
    expect(allowed({})).toBe(15_000);
  });

  it.each([
    ['250', 250],
    ['250ms', 250],
    ['1.5s', 1_500],
    ['0', 0],
    ['1m', 15_000],
    ['99999999', 15_000],
    ['', 15_000],
    ['-1', 15_000],
    ['1e3', 15_000],
    ['1s, 2s', 15_000],
    ['Infinity', 15_000],
  ])('X-Request-Timeout: %s gives %d', (text, ms) => {
    expect(allowed({ [REQUEST_TIMEOUT_SLOT]: text })).toBe(ms);
  });

  it('takes the least of several', () => {
    expect(allowed({ [REQUEST_TIMEOUT_SLOT]: '2s', [REQUEST_TIMEOUT_MS_SLOT]: '300' })).toBe(300);
  });

  it('counts a deadline from the arrival of the request', () => {
    const inTenSeconds = Date.now() + 10_000;
    for (const text of [String(inTenSeconds), new Date(inTenSeconds).toISOString()]) {
      const ms = allowed({ [REQUEST_DEADLINE_SLOT]: text }, 4_000);
      expect(ms).toBeGreaterThan(13_000);
      expect(ms).toBeLessThanOrEqual(14_000);
    }
    expect(allowed({ [REQUEST_DEADLINE_SLOT]: '2001-01-01T00:00:00Z' })).toBeLessThan(0);
    for (const text of ['2999-01-01T00:00:00Z', 'tomorrow', '2001', '2001-01-01', '2001-99-99T00:00:00Z']) {
      expect(allowed({ [REQUEST_DEADLINE_SLOT]: text }), text).toBe(15_000);
    }
  });
});
