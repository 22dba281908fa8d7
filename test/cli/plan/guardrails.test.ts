import { describe, expect, it } from 'vitest';
import { planned } from '../../support/planned.ts';

const rate = (requests: unknown) => ({ requests, per: '1s', by: 'ip' });

/** Findings of a guardrail on one operation with these values, as `severity message`. */
function found(require: unknown, gateway: object, more: object = {}, audit = false): readonly string[] {
  const { diagnostics } = planned(
    {
      'gateway.yaml': {
        specs: [{ files: 'a.json', owner: 'team-a' }],
        upstreams: { main: { url: 'http://a.test' } },
        guardrails: [{ name: 'g', require, ...more }],
      },
      'a.json': {
        openapi: '3.1.0',
        info: { title: 'A', version: '1' },
        security: [],
        paths: {
          '/a': {
            post: { responses: { 200: { description: 'ok' } }, 'x-gateway': { upstream: 'main', public: 'test', ...gateway } },
          },
        },
      },
    },
    { now: '2026-11-23', audit },
  );
  return diagnostics
    .filter(({ rule }) => rule === 'gateway/guardrail')
    .map(({ severity, message, owner }) => `${severity} ${owner ?? '-'} ${message}`);
}

const holds = (require: unknown, gateway: object): boolean => found(require, gateway).length === 0;

describe('§2.2: the seven tests of a guardrail', () => {
  it.each([
    ['present', { cors: 'present' }, { cors: { origins: ['https://a.test'] } }, {}],
    ['absent', { cors: 'absent' }, {}, { cors: { origins: ['https://a.test'] } }],
    ['equals', { 'validation.request': { equals: 'enforce' } }, {}, { validation: { request: 'report' } }],
    [
      'oneOf',
      { 'validation.response': { oneOf: ['report', 'enforce'] } },
      { validation: { response: 'report' } },
      { validation: { response: 'none' } },
    ],
    ['atMost', { 'timeouts.total': { atMost: '30s' } }, { timeouts: { total: '30s' } }, { timeouts: { total: '31s' } }],
    ['atLeast', { 'timeouts.total': { atLeast: '5s' } }, { timeouts: { total: '5s' } }, { timeouts: { total: '4s' } }],
    [
      'includes',
      { 'headers.response': { includes: { remove: ['Server'] } } },
      { headers: { response: { remove: ['X', 'Server'] } } },
      { headers: { response: { remove: ['X'] } } },
    ],
    [
      'a rate and its burst',
      { 'limits.rate': { atMost: { ...rate(10), burst: 20 } } },
      { limits: { rate: { ...rate(10), burst: 20 } } },
      { limits: { rate: { ...rate(10), burst: 21 } } },
    ],
    [
      'a list: one member is enough',
      { 'limits.rate': { atMost: rate(10) } },
      { limits: { rate: [rate(10), { ...rate(99), by: 'global' }] } },
      { limits: { rate: [rate(11), { ...rate(99), by: 'global' }] } },
    ],
    [
      'plans: at most, every one',
      { 'limits.rate': { atMost: rate(10) } },
      { limits: { rate: rate({ free: 5, default: 10 }) } },
      { limits: { rate: rate({ free: 5, default: 11 }) } },
    ],
    [
      'plans: at least, every one',
      { 'limits.rate': { atLeast: rate(10) } },
      { limits: { rate: rate({ free: 10, default: 20 }) } },
      { limits: { rate: rate({ free: 9, default: 20 }) } },
    ],
  ])('%s', (_name, require, good, bad) => {
    expect(holds(require, good)).toBe(true);
    expect(holds(require, bad)).toBe(false);
  });

  it('names the guardrail, what it wants, and the team', () => {
    expect(found({ 'timeouts.total': { atMost: '5s' } }, { timeouts: { total: '6s' } })).toEqual([
      'error team-a The guardrail g wants timeouts.total at most "5s", not "6s": POST /a',
    ]);
  });

  it('an exception needs a reason and may end; that it ended is an error where exceptions are judged, else a warning', () => {
    const require = { cors: 'present' };
    const except = (more: object) => ({ except: [{ route: 'POST /a', reason: 'test', ...more }] });
    expect(found(require, {}, except({}))).toEqual([]);
    expect(found(require, {}, except({ until: '2026-11-23' }))).toEqual([]);
    expect(found(require, {}, except({ until: '2026-11-22' }))).toEqual([
      'warn - The exception of g for POST /a ended on 2026-11-22',
    ]);
    expect(found(require, {}, except({ until: '2026-11-22' }), true)).toEqual([
      'error - The exception of g for POST /a ended on 2026-11-22',
    ]);
    expect(found(require, {}, except({ until: '2026-11-23' }), true)).toEqual([]);
    expect(found(require, {}, { except: [{ route: 'POST /b', reason: 'test' }] })).toContain(
      'warn - The exception for POST /b excepts nothing',
    );
  });
});
