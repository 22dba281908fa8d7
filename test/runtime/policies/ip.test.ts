import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type IpOptions, ip } from '../../../runtime/policies/ip.ts';
import { fakeEnv, fakeExchange } from '../../support/exchange.ts';

function allows(options: Partial<IpOptions>, address: string): boolean {
  return ip({ allow: [], deny: [], ...options }, fakeEnv)(fakeExchange({ address })) === undefined;
}

describe('ip (IP-1)', () => {
  it('lets everybody in whom nothing denies, where nothing is listed as allowed', () => {
    expect(allows({ deny: ['192.0.2.0/24'] }, '198.51.100.1')).toBe(true);
    expect(allows({ deny: ['192.0.2.0/24'] }, '192.0.2.255')).toBe(false);
  });

  it('lets the longest range decide, and deny at equal length', () => {
    const options = {
      allow: ['10.0.0.0/8', '10.1.2.0/24', '2001:db8::/32'],
      deny: ['10.1.0.0/16', '10.1.2.0/24', '2001:db8:1::/48'],
    };
    const expected = {
      '10.9.9.9': true,
      '10.1.9.9': false,
      '10.1.2.3': false,
      '11.0.0.1': false,
      '2001:db8::1': true,
      '2001:db8:1::1': false,
    };
    for (const [address, allowed] of Object.entries(expected)) expect(allows(options, address), address).toBe(allowed);
  });

  it('does not mistake addresses of one family for those of the other', () => {
    expect(allows({ allow: ['0.0.0.0/0'] }, '::1')).toBe(false);
    expect(allows({ allow: ['::/0'] }, '127.0.0.1')).toBe(false);
    expect(allows({ allow: ['::ffff:10.0.0.0/104'] }, '10.2.3.4')).toBe(true);
  });

  it('agrees with a bit by bit comparison', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(
        fc.tuple(byte, byte, byte, byte),
        fc.tuple(byte, byte, byte, byte),
        fc.integer({ min: 0, max: 32 }),
        (one, other, bits) => {
          const binary = (bytes: readonly number[]) => bytes.map((each) => each.toString(2).padStart(8, '0')).join('');
          const held = binary(one).slice(0, bits) === binary(other).slice(0, bits);
          expect(allows({ allow: [`${one.join('.')}/${bits}`] }, other.join('.'))).toBe(held);
        },
      ),
    );
  });
});
