import { isIP } from 'node:net';
import type { Shape } from '../plan/shape.ts';

/** An address or a CIDR range; `says` names what it is for, in messages. */
export function addressRange(says: string): Shape<string> {
  return {
    schema: { type: 'string', pattern: '^[0-9a-fA-F.:]+(/\\d{1,3})?$' },
    check(value, keys, report) {
      const [, address = '', prefix] = typeof value === 'string' ? (/^([^/]*)(?:\/(\d{1,3}))?$/.exec(value) ?? []) : [];
      const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
      if (longest === -1 || Number(prefix ?? 0) > longest) {
        report(keys, 'value', `${says} must be an address range such as 10.0.0.0/8, but is '${String(value)}'`);
      } else if (prefix !== undefined && isSetBehind(address, Number(prefix), longest)) {
        const hint = `Write /${longest} for the one address, or zeros behind the first ${prefix} bits for the range.`;
        report(keys, 'value', `'${String(value)}' names one address, and a range that is larger`, hint);
      }
    },
  };
}

/**
 * Whether each range is within one of the others, in whatever spelling; what is no range is within itself alone. Asks once for each length
 * of prefix that the others have, so that long lists take no longer than their length.
 */
export function allWithin(ranges: Iterable<string>, others: Iterable<string>): boolean {
  const known = new Set<string>();
  const prefixes = new Set<number>();
  for (const other of others) {
    const range = rangeOf(other);
    known.add(range === undefined ? other : keyOf(range, range.prefix));
    if (range !== undefined) prefixes.add(range.prefix);
  }
  return [...ranges].every((text) => {
    const range = rangeOf(text);
    if (range === undefined) return known.has(text);
    return [...prefixes].some((prefix) => prefix <= range.prefix && known.has(keyOf(range, prefix)));
  });
}

interface Range {
  readonly bits: bigint;
  readonly prefix: number;
  /** 32 or 128. */
  readonly longest: number;
}

function keyOf({ bits, longest }: Range, prefix: number): string {
  return `${longest} ${prefix} ${bits >> BigInt(longest - prefix)}`;
}

function rangeOf(text: string): Range | undefined {
  const [, address = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const longest = { 4: 32, 6: 128 }[isIP(address)];
  if (longest === undefined) return undefined;
  const length = prefix === undefined ? longest : Number(prefix);
  return length > longest ? undefined : { bits: longest === 32 ? fourBits(address) : sixBits(address), prefix: length, longest };
}

/** Whether an address says something behind its prefix: then its author meant another range than the one that is compared. */
function isSetBehind(address: string, prefix: number, longest: number): boolean {
  const bits = longest === 32 ? fourBits(address) : sixBits(address);
  return (bits & ((1n << BigInt(longest - prefix)) - 1n)) !== 0n;
}

function fourBits(address: string): bigint {
  return address.split('.').reduce((bits, part) => (bits << 8n) | BigInt(Number(part)), 0n);
}

/** WHATWG URLs write IPv6 in words of hex alone. */
function sixBits(address: string): bigint {
  const [before = '', after = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const words = (text: string): readonly string[] => text.split(':').filter((word) => word !== '');
  const [head, tail] = [words(before), words(after)];
  const all = [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => '0'), ...tail];
  return all.reduce((bits, word) => (bits << 16n) | BigInt(Number.parseInt(word, 16)), 0n);
}
