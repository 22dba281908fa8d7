import { describe, expect, it } from 'vitest';
import { bodyLimit } from '../../../runtime/policies/body-limit.ts';
import { headerLimits } from '../../../runtime/policies/header-limits.ts';
import { queryLimit } from '../../../runtime/policies/query-limit.ts';
import { fakeEnv, fakeExchange } from '../../support/exchange.ts';

describe('bodyLimit', () => {
  const stage = bodyLimit({ maxBytes: 10 }, fakeEnv);

  it('refuses a declared length above the limit, before any byte is read', () => {
    expect(stage(fakeExchange({ declaredLength: 11 }))).toMatchObject({ status: 413, close: true });
  });

  it.each([0, 10, -1])('limits the bytes of a body of declared length %i', (declaredLength) => {
    const exchange = fakeExchange({ declaredLength });
    expect(stage(exchange)).toBeUndefined();
    expect(exchange.bodyLimit).toBe(10);
  });
});

describe('headerLimits', () => {
  const headers = { accept: '*/*', 'x-a': '12345' };

  it.each([
    [{ maxCount: 2 }, undefined],
    [{ maxCount: 1 }, 431],
    [{ maxBytes: 17 }, undefined],
    [{ maxBytes: 16 }, 431],
    [{}, undefined],
  ])('with %j answers %s', (options, status) => {
    const reply = headerLimits(options, fakeEnv)(fakeExchange({ headers }));
    expect(reply === undefined ? undefined : 'status' in reply && reply.status).toBe(status);
  });
});

describe('queryLimit', () => {
  it.each([
    ['', { maxCount: 0 }, undefined],
    ['a=1', { maxCount: 0 }, 400],
    ['a=1&b', { maxCount: 2 }, undefined],
    ['a=1&b&', { maxCount: 2 }, 400],
    ['a=1&b', { maxBytes: 5 }, undefined],
    ['a=1&bc', { maxBytes: 5 }, 414],
  ])('%j with %j answers %s', (query, options, status) => {
    const reply = queryLimit(options, fakeEnv)(fakeExchange({ query }));
    expect(reply === undefined ? undefined : 'status' in reply && reply.status).toBe(status);
  });
});
