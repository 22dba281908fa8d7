import { describe, expect, it } from 'vitest';
import { redirect } from '../../../runtime/actions/redirect.ts';

describe('redirect', () => {
  const action = redirect({ status: 308, location: ['/v3/orders/', 0, '/items'] });

  it('copies parameters as they stand and keeps the query', () => {
    expect(action({ path: '/orders/caf%C3%A9', query: 'a=%20&b', bareQuery: false, captures: [8, 17] })).toEqual({
      status: 308,
      headers: [['location', '/v3/orders/caf%C3%A9/items?a=%20&b']],
    });
  });

  it('writes an empty query only where there was one', () => {
    expect(action({ path: '/orders/7', query: '', bareQuery: true, captures: [8, 9] }).headers).toEqual([
      ['location', '/v3/orders/7/items?'],
    ]);
    expect(action({ path: '/orders/7', query: '', bareQuery: false, captures: [8, 9] }).headers).toEqual([
      ['location', '/v3/orders/7/items'],
    ]);
  });

  it('keeps the slashes of a multi-segment parameter (RT-10)', () => {
    expect(action({ path: '/orders/a/b', query: '', bareQuery: false, captures: [8, 11] }).headers).toEqual([
      ['location', '/v3/orders/a/b/items'],
    ]);
  });

  it('leads neither out of its path nor to another site by a value', () => {
    expect(action({ path: '/orders/a...b', query: '', bareQuery: false, captures: [9, 11] }).status).toBe(400);
    const open = redirect({ status: 302, location: ['/', 0] });
    expect(open({ path: '/go//evil.example', query: '', bareQuery: false, captures: [4, 17] }).status).toBe(400);
  });
});
