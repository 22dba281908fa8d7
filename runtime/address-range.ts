/** Addresses as numbers. No module of Node: a generation holds this. What is parsed here was found valid before. */

/** A range of addresses: the leading `bits` of `words` (16 bits each; 2 words for IPv4, 8 for IPv6). */
export interface AddressRange {
  readonly words: readonly number[];
  readonly bits: number;
}

/** Whether an address lies in a range. */
export function contains({ words, bits }: AddressRange, address: readonly number[]): boolean {
  if (address.length !== words.length) return false;
  for (let index = 0, left = bits; left > 0; index += 1, left -= 16) {
    const mask = left >= 16 ? 0xffff : (0xffff << (16 - left)) & 0xffff;
    if ((((address[index] ?? 0) ^ (words[index] ?? 0)) & mask) !== 0) return false;
  }
  return true;
}

/** Parses a valid `10.0.0.0/8`, `2001:db8::/32` or single address. */
export function addressRange(text: string): AddressRange {
  const [address = '', prefix] = text.split('/');
  const words = addressWords(address);
  // The prefix of an IPv4-mapped range counts the 96 bits that are folded away.
  const folded = address.includes(':') && words.length === 2 ? 96 : 0;
  return { words, bits: prefix === undefined ? words.length * 16 : Math.max(0, Number(prefix) - folded) };
}

/** The words of a valid address: 2 for IPv4 (also when mapped into IPv6), 8 for IPv6. */
export function addressWords(text: string): readonly number[] {
  if (!text.includes(':')) return ipv4Words(text);
  const zone = text.indexOf('%');
  const bare = zone === -1 ? text : text.slice(0, zone);
  const [head = '', tail] = bare.split('::');
  const first = ipv6Words(head);
  const last = tail === undefined ? [] : ipv6Words(tail);
  const zeros = new Array<number>(Math.max(0, 8 - first.length - last.length)).fill(0);
  const words = [...first, ...zeros, ...last];
  const mapped = words[5] === 0xffff && words.slice(0, 5).every((word) => word === 0);
  return mapped ? words.slice(6) : words;
}

function ipv6Words(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((part) => (part.includes('.') ? ipv4Words(part) : [Number.parseInt(part, 16)]));
}

function ipv4Words(text: string): number[] {
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number);
  return [a * 256 + b, c * 256 + d];
}
