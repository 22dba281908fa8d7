import { describe, expect, it } from 'vitest';
import { tokenParts } from '../../../../runtime/host/auth/token-parts.ts';

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const header = part({ alg: 'ES256' });
const claims = part({ sub: 'ada' });
/** 64 bytes. */
const signature = 'A'.repeat(86);

describe('tokenParts', () => {
  it('takes a JWT apart', () => {
    expect(tokenParts(`${header}.${claims}.${signature}`)).toEqual({ header: { alg: 'ES256' }, claims: { sub: 'ada' } });
  });

  it.each([
    ['bits behind the last byte', `${signature.slice(0, -1)}B`],
    ['a character too few', signature.slice(0, -1)],
  ])('accepts one spelling only: not %s', (_name, other) => {
    expect(tokenParts(`${header}.${claims}.${other}`)).toBe('malformed');
  });

  it.each([
    ['a list', part([])],
    ['null', part(null)],
    ['a text', part('x')],
    ['no JSON', Buffer.from('{').toString('base64url')],
    ['no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]).toString('base64url')],
    ['deep', Buffer.from('['.repeat(3_000)).toString('base64url')],
  ])('is a JWT, and a broken one, when its claims are %s: nobody else is asked about it (IN-4)', (_name, second) => {
    expect(tokenParts(`${header}.${second}.${signature}`)).toBe('malformed');
    expect(tokenParts(`${second}.${claims}.${signature}`)).toBeUndefined();
  });

  it.each([
    '',
    'opaque',
    'a.b',
    'a.b.c',
    'a.b.c.d.e',
    `${header}.${claims}`,
    `${header}=.${claims}.${signature}`,
    `${header}..${signature}`,
  ])('is no JWT: %j', (token) => {
    expect(tokenParts(token)).toBeUndefined();
  });

  it('keeps members that objects have by themselves as claims of their own', () => {
    const made = tokenParts(
      `${header}.${Buffer.from('{"__proto__":{"iss":"x"},"constructor":1}').toString('base64url')}.${signature}`,
    );
    expect(typeof made === 'object' && [Object.keys(made.claims), made.claims.iss]).toEqual([
      ['__proto__', 'constructor'],
      undefined,
    ]);
  });
});
