import { addressWords } from '../address-range.ts';

/** What an address is counted by (RL-27): IPv4 whole, of IPv6 the leading bits, since one caller has all addresses below them. */
export function addressKey(address: string, ipv6Bits: number): string {
  if (!address.includes(':')) return address;
  const words = addressWords(address);
  let key = '';
  for (let index = 0, left = ipv6Bits; left > 0; index += 1, left -= 16) {
    const mask = left >= 16 ? 0xffff : (0xffff << (16 - left)) & 0xffff;
    key += `${((words[index] ?? 0) & mask).toString(16)}:`;
  }
  return key;
}
