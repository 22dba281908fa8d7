import { describe, expect, it } from 'vitest';
import { PreflightRate } from '../../../runtime/host/preflight-rate.ts';
import { testStore } from '../../support/limits.ts';

describe('PreflightRate (CR-1)', () => {
  it('lets an address send a thousand at once, and a hundred a second after that', () => {
    const { store, pass } = testStore();
    const rate = new PreflightRate(store);
    const answered = (address: string, count: number): number =>
      Array.from({ length: count }, () => rate.refuses(address)).filter((waitS) => waitS === undefined).length;
    expect(answered('192.0.2.1', 1_100)).toBe(1_000);
    expect(rate.refuses('192.0.2.1')).toBe(1);
    pass(1_000);
    expect(answered('192.0.2.1', 200)).toBe(100);
    expect(answered('192.0.2.2', 10)).toBe(10);
  });

  it('takes an IPv6 network for one address', () => {
    const { store } = testStore();
    const rate = new PreflightRate(store);
    for (let number = 0; number < 1_000; number++) rate.refuses(`2001:db8::${number.toString(16)}`);
    expect([rate.refuses('2001:db8::ffff'), rate.refuses('2001:db8:0:1::1')]).toEqual([1, undefined]);
  });
});
