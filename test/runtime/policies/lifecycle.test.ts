import { describe, expect, it } from 'vitest';
import type { PolicyEnv, Reply } from '../../../runtime/contract.ts';
import { HeaderFields } from '../../../runtime/header-fields.ts';
import { type BrownoutsOptions, brownouts } from '../../../runtime/policies/brownouts.ts';
import { type LifecycleHeadersOptions, lifecycleHeaders } from '../../../runtime/policies/lifecycle-headers.ts';
import { type SunsetOptions, sunset } from '../../../runtime/policies/sunset.ts';
import { type ExchangeOptions, fakeEnv, fakeExchange } from '../../support/exchange.ts';

const day = 86_400_000;
const at = (text: string): number => Date.parse(text);

function env(now: number, values: Readonly<Record<string, unknown>> = {}): PolicyEnv {
  return { ...fakeEnv, clock: () => now, runtimeValue: (key) => ({ value: values[key] }) };
}

function headOf(options: LifecycleHeadersOptions, request: ExchangeOptions = {}): HeaderFields {
  const head = new HeaderFields(200);
  head.push('link', '<https://a.example>; rel="next"');
  lifecycleHeaders(options, fakeEnv)(fakeExchange(request), head);
  return head;
}

describe('lifecycleHeaders (LC-2)', () => {
  const options = { deprecatedMs: at('2026-01-01'), sunsetMs: at('2027-03-15'), docs: 'https://docs.example.com/move' };

  it('writes a structured-field date, and an HTTP date with the weekday of its day', () => {
    const head = headOf(options);
    expect([head.get('deprecation'), head.get('sunset')]).toEqual(['@1767225600', 'Mon, 15 Mar 2027 00:00:00 GMT']);
  });

  it('links to the page and to the successor, its parameters filled in as they came; other links stay', () => {
    const head = headOf({ ...options, successor: ['/v3/orders/', 0, '/lines/', 1] }, { parameters: ['a%20b', '%22%3E'] });
    expect(head.get('link')?.split(', ')).toEqual([
      '<https://a.example>; rel="next"',
      '<https://docs.example.com/move>; rel="deprecation"; type="text/html"',
      '<https://docs.example.com/move>; rel="sunset"; type="text/html"',
      '</v3/orders/a%20b/lines/%22%3E>; rel="successor-version"',
    ]);
  });

  it('says nothing of a successor that would be another path', () => {
    expect(headOf({ sunsetMs: 0, successor: ['/v3/', 0, '/x'] }, { parameters: ['..'] }).get('link')).toBe(
      '<https://a.example>; rel="next"',
    );
  });
});

describe('sunset (LC-3)', () => {
  const options: SunsetOptions = { sunsetMs: at('2027-03-28T01:00:00Z'), successor: ['/v3/', 0], docs: 'https://d.example' };
  const ask = (now: number, request: ExchangeOptions = {}, grace?: unknown): Reply | undefined => {
    const reply = sunset(options, env(now, { 'grace/test': grace }))(fakeExchange(request));
    return reply === undefined || 'then' in reply ? undefined : reply;
  };

  it('is decided by the clock, to the millisecond, whatever clocks do that night', () => {
    expect(ask(options.sunsetMs - 1)).toBeUndefined();
    const reply = ask(options.sunsetMs, { parameters: ['7'] });
    expect(reply?.status).toBe(410);
    expect(reply?.headers).toContainEqual(['cache-control', 'max-age=300']);
    expect(reply?.problem).toMatchObject({
      code: 'sunset',
      extensions: { sunsetAt: '2027-03-28T01:00:00.000Z', successor: '/v3/7', docs: 'https://d.example' },
    });
  });

  it('gives consumers of the grace list until their own end', () => {
    const grace = { acme: options.sunsetMs + day };
    const ofAcme = { identity: { consumer: 'acme' } };
    expect(ask(options.sunsetMs + day - 1, ofAcme, grace)).toBeUndefined();
    expect(ask(options.sunsetMs + day, ofAcme, grace)?.status).toBe(410);
    // No shared cache keeps it from them.
    expect(ask(options.sunsetMs, {}, grace)?.headers).toContainEqual(['cache-control', 'private, max-age=300']);
    expect(ask(options.sunsetMs, { identity: { consumer: 'other' } }, grace)?.status).toBe(410);
    expect(ask(options.sunsetMs, { identity: { consumer: '__proto__' } }, grace)?.status).toBe(410);
    expect(ask(options.sunsetMs, {}, grace)?.status).toBe(410);
  });
});

describe('brownouts (LC-4)', () => {
  const tuesday = at('2026-11-24T14:00:00Z');
  const window = { firstMs: tuesday, lengthMs: 600_000, everyMs: 7 * day, shares: [100], exempt: ['vip'] };
  const ask = (now: number, options: BrownoutsOptions, request: ExchangeOptions = {}): Reply | undefined => {
    const reply = brownouts(options, env(now))(fakeExchange(request));
    return reply === undefined || 'then' in reply ? undefined : reply;
  };

  it('refuses within the window, with the seconds that are left', () => {
    const windows = [window];
    expect(ask(tuesday - 1, { windows })).toBeUndefined();
    expect(ask(tuesday + 1_500, { windows })?.headers).toEqual([
      ['retry-after', '599'],
      ['cache-control', 'no-store'],
    ]);
    expect(ask(tuesday + 600_000, { windows })).toBeUndefined();
    expect(ask(tuesday + 21 * day, { windows })?.status).toBe(503);
  });

  it('comes once where nothing repeats it, spares the exempt, and ends with the sunset', () => {
    expect(ask(tuesday + 7 * day, { windows: [{ ...window, everyMs: 0 }] })).toBeUndefined();
    expect(ask(tuesday, { windows: [window] }, { identity: { consumer: 'vip' } })).toBeUndefined();
    expect(ask(tuesday, { windows: [window], untilMs: tuesday })).toBeUndefined();
  });

  it('refuses a growing share, always of the same callers', () => {
    const windows = [{ ...window, shares: [1, 5, 25] }];
    const refused = (turn: number): Set<number> => {
      const callers = Array.from({ length: 4_000 }, (_, caller) => caller);
      const isRefused = (caller: number): boolean =>
        ask(tuesday + turn * 7 * day, { windows }, { identity: { consumer: `c${caller}` } }) !== undefined;
      return new Set(callers.filter(isRefused));
    };
    const [first, second, third, later] = [refused(0), refused(1), refused(2), refused(9)];
    for (const [found, share] of [
      [first, 0.01],
      [second, 0.05],
      [third, 0.25],
    ] as const) {
      expect(Math.abs(found.size / 4_000 - share)).toBeLessThan(0.02);
    }
    expect([...first].every((caller) => second.has(caller)) && [...second].every((caller) => third.has(caller))).toBe(true);
    expect(later).toEqual(third);
  });
});
