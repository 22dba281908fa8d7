import { isIP } from 'node:net';
import { type AddressRange, addressWords, contains } from './address-range.ts';

/**
 * Folds an address to the form that is compared and logged: IPv4-mapped IPv6 becomes IPv4, zone ids are dropped (RL-27).
 *
 * @returns '' for what is no address
 */
export function foldAddress(text: string): string {
  const zone = text.indexOf('%');
  const bare = zone === -1 ? text : text.slice(0, zone);
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  if (mapped !== undefined) return isIP(mapped) === 4 ? mapped : '';
  if (isIP(bare) === 0) return '';
  if (!bare.includes(':')) return bare;
  const words = parseWords(bare);
  if (words !== undefined && words.length === 2) return words.map((word) => `${word >> 8}.${word & 255}`).join('.');
  return bare.toLowerCase();
}

/**
 * Parses `10.0.0.0/8`, `2001:db8::/32` or a single address.
 *
 * @throws Error for anything else
 */
export function parseRange(text: string): AddressRange {
  const match = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text.trim());
  const words = match?.[1] === undefined ? undefined : parseWords(match[1]);
  if (match === null || words === undefined) throw new Error(`${text} is not an address or a CIDR range.`);
  // The prefix of an IPv4-mapped range counts the 96 bits that are folded away.
  const folded = match[1]?.includes(':') === true && words.length === 2 ? 96 : 0;
  const bits = match[2] === undefined ? words.length * 16 : Number(match[2]) - folded;
  if (bits < 0 || bits > words.length * 16) throw new Error(`${text} has a prefix that is too long.`);
  return { words, bits };
}

/** Whether a folded address lies in one of the ranges. */
export function inRanges(ranges: readonly AddressRange[], address: string): boolean {
  if (ranges.length === 0) return false;
  const words = parseWords(address);
  return words !== undefined && ranges.some((range) => contains(range, words));
}

/** 2 words for IPv4 (also when mapped into IPv6), 8 for IPv6. */
function parseWords(text: string): readonly number[] | undefined {
  return isIP(text) === 0 ? undefined : addressWords(text);
}

/**
 * The address a request is counted and logged for (RL-25): the peer, or, when the peer is trusted, the first untrusted hop of
 * X-Forwarded-For from the right. What is no address ends the walk at the last valid hop; the leftmost is never taken on trust.
 *
 * @param peer folded
 * @param forwardedFor all values of X-Forwarded-For, joined by `,`
 */
export function clientAddress(peer: string, forwardedFor: string | undefined, trusted: readonly AddressRange[]): string {
  if (forwardedFor === undefined || !inRanges(trusted, peer)) return peer;
  let client = peer;
  const hops = forwardedFor.split(',');
  for (let index = hops.length - 1; index >= 0; index -= 1) {
    const hop = foldAddress(withoutPort((hops[index] ?? '').trim()));
    if (hop === '') break;
    client = hop;
    if (!inRanges(trusted, hop)) break;
  }
  return client;
}

/** Some proxies write `203.0.113.7:4711` or `[2001:db8::1]:4711`. */
function withoutPort(hop: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(hop)?.[1];
  if (bracketed !== undefined) return bracketed;
  return /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(hop)?.[1] ?? hop;
}
