import { describe, expect, it } from 'vitest';
import { clientAddress, foldAddress, inRanges, parseRange } from '../../runtime/address.ts';

describe('foldAddress', () => {
  const cases: readonly (readonly [text: string, folded: string])[] = [
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::FFFF:10.0.0.1', '10.0.0.1'],
    ['::ffff:a00:1', '10.0.0.1'],
    ['0:0:0:0:0:ffff:10.0.0.1', '10.0.0.1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['2001:DB8::1', '2001:db8::1'],
    ['', ''],
    ['10.0.0', ''],
    ['10.0.0.256', ''],
    ['010.0.0.1', ''],
    ['::ffff:999.0.0.1', ''],
    ['unknown', ''],
    ['_hidden', ''],
  ];
  for (const [text, folded] of cases) it(`folds ${JSON.stringify(text)}`, () => expect(foldAddress(text)).toBe(folded));
});

describe('ranges', () => {
  const cases: readonly (readonly [range: string, address: string, inside: boolean])[] = [
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.0.0.1', '10.0.0.1', true],
    ['10.0.0.1', '10.0.0.2', false],
    ['192.168.128.0/17', '192.168.127.255', false],
    ['192.168.128.0/17', '192.168.200.1', true],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['::/0', '2001:db8::1', true],
    ['::1', '::1', true],
    ['::ffff:10.0.0.0/104', '10.1.2.3', true],
    ['10.0.0.0/8', 'no address', false],
  ];
  for (const [range, address, inside] of cases) {
    it(`${address} is ${inside ? '' : 'not '}in ${range}`, () => expect(inRanges([parseRange(range)], address)).toBe(inside));
  }

  it('refuses what is no range', () => {
    for (const text of ['', 'x', '10.0.0.0/33', '10.0.0.0/', '2001:db8::/129', '10.0.0.0/8/8', '::ffff:10.0.0.0/95']) {
      expect(() => parseRange(text)).toThrow();
    }
  });
});

describe('clientAddress (RL-25)', () => {
  const trusted = ['10.0.0.0/8', '2001:db8::/32'].map(parseRange);
  const cases: readonly (readonly [peer: string, forwarded: string | undefined, client: string])[] = [
    ['203.0.113.1', '1.2.3.4', '203.0.113.1'],
    ['10.0.0.1', undefined, '10.0.0.1'],
    ['10.0.0.1', '1.2.3.4', '1.2.3.4'],
    ['10.0.0.1', '6.6.6.6, 1.2.3.4', '1.2.3.4'],
    ['10.0.0.1', '6.6.6.6, 1.2.3.4, 10.0.0.9', '1.2.3.4'],
    ['10.0.0.1', '10.0.0.7, 10.0.0.9', '10.0.0.7'],
    ['10.0.0.1', '6.6.6.6, garbage, 10.0.0.9', '10.0.0.9'],
    ['10.0.0.1', 'garbage', '10.0.0.1'],
    ['10.0.0.1', '', '10.0.0.1'],
    ['10.0.0.1', '1.2.3.4:4711', '1.2.3.4'],
    ['10.0.0.1', '[2001:db9::1]:4711', '2001:db9::1'],
    ['2001:db8::5', '::ffff:1.2.3.4', '1.2.3.4'],
    ['10.0.0.1', '1.2.3.4,,10.0.0.9', '10.0.0.9'],
  ];
  for (const [peer, forwarded, client] of cases) {
    it(`is ${client} for ${peer} with ${JSON.stringify(forwarded)}`, () =>
      expect(clientAddress(peer, forwarded, trusted)).toBe(client));
  }
});
