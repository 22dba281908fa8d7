import { describe, expect, it } from 'vitest';
import { type PublicPlace, publicCookie, publicLinks, publicReference } from '../../../runtime/actions/public-url.ts';

const upstream = { scheme: 'http', authority: 'orders:8080', hostname: 'orders', base: '' };
const place: PublicPlace = { scheme: 'https', authority: 'api.example', upstream, sentHost: 'orders:8080', prefix: '' };
const based: PublicPlace = { ...place, upstream: { ...upstream, base: '/base' }, prefix: '/v2' };
const portless: PublicPlace = { ...place, upstream: { ...upstream, authority: 'orders' }, sentHost: 'internal.example' };

describe('publicReference (TR-6)', () => {
  const cases: readonly (readonly [name: string, place: PublicPlace, reference: string, expected: string])[] = [
    ['its own URL', place, 'http://orders:8080/a?b#c', 'https://api.example/a?b#c'],
    ['upper case', place, 'HTTP://ORDERS:8080/a', 'https://api.example/a'],
    ['no path', place, 'http://orders:8080', 'https://api.example/'],
    ['without scheme', place, '//orders:8080/a', '//api.example/a'],
    ['another port', place, 'http://orders:9090/a', 'http://orders:9090/a'],
    ['another host', place, 'https://else.example/a', 'https://else.example/a'],
    ['a host that begins like it', place, 'http://orders:8080.evil/a', 'http://orders:8080.evil/a'],
    ['its name as user', place, 'http://orders:8080@evil/a', 'http://orders:8080@evil/a'],
    ['a path', place, '/a', '/a'],
    ['a relative path', place, 'a/b', 'a/b'],
    ['a query', place, '?a', '?a'],
    ['another scheme', place, 'mailto:a@orders', 'mailto:a@orders'],
    ['the default port', portless, 'http://orders:80/a', 'https://api.example/a'],
    ['the Host that was sent', portless, 'http://internal.example/a', 'https://api.example/a'],
    ['a path below base and prefix', based, '/base/a', '/v2/a'],
    ['the base itself', based, '/base', '/v2'],
    ['a path that only begins like the base', based, '/baseline', '/baseline'],
    ['a path that has the prefix', based, '/base/v2/a', '/v2/a'],
    ['a URL below base and prefix', based, 'http://orders:8080/base/a?q', 'https://api.example/v2/a?q'],
    ['a client that named no host', { ...place, authority: '' }, 'http://orders:8080/a?q', '/a?q'],
  ];
  for (const [name, where, reference, expected] of cases) {
    it(`rewrites ${name}`, () => expect(publicReference(reference, where)).toBe(expected));
  }
});

describe('publicLinks', () => {
  it('rewrites each target', () => {
    expect(publicLinks('<http://orders:8080/base/a>; rel=next, </b>; rel=prev, <x>', based)).toBe(
      '<https://api.example/v2/a>; rel=next, </b>; rel=prev, <x>',
    );
    expect(publicLinks('no link', place)).toBe('no link');
  });
});

describe('publicCookie', () => {
  it('takes the upstream out of Domain and Path, and nothing else', () => {
    expect(publicCookie('a=1; Domain=.Orders; Path=/base/x; Secure', based)).toBe('a=1; Path=/v2/x; Secure');
    expect(publicCookie('a=Domain=orders; HttpOnly', place)).toBe('a=Domain=orders; HttpOnly');
    expect(publicCookie('domain=orders; domain=example.com', place)).toBe('domain=orders; domain=example.com');
    expect(publicCookie('a=1;Path=/', place)).toBe('a=1;Path=/');
  });
});
