import { describe, expect, it } from 'vitest';
import { redirect } from '../../../runtime/actions/redirect.ts';

describe('redirect', () => {
  const action = redirect({ status: 308, location: ['/v3/orders/', 0, '/items'] });

  it('copies parameters as they stand and keeps the query', () => {
    expect(action({ path: '/orders/caf%C3%A9', query: 'a=%20&b', captures: [8, 17] })).toEqual({
      status: 308,
      headers: [['location', '/v3/orders/caf%C3%A9/items?a=%20&b']],
    });
  });

  it('writes no empty query', () => {
    expect(action({ path: '/orders/7', query: '', captures: [8, 9] }).headers).toEqual([['location', '/v3/orders/7/items']]);
  });

  it('keeps a value of several segments one segment (RT-10)', () => {
    expect(action({ path: '/orders/a/b', query: '', captures: [8, 11] }).headers).toEqual([
      ['location', '/v3/orders/a%2Fb/items'],
    ]);
  });

  it('leads neither out of its path nor to another site by a value', () => {
    expect(action({ path: '/orders/a...b', query: '', captures: [9, 11] }).status).toBe(400);
    const open = redirect({ status: 302, location: ['/', 0] });
    expect(open({ path: '/go//evil.example', query: '', captures: [4, 17] }).headers).toEqual([['location', '/%2Fevil.example']]);
  });
});
