import type { KeyPart, LimitOptions } from './limit.ts';

const ADDRESS: KeyPart = { from: 'ip', ipv6Bits: 64 };

/** A limit as callers without an identity are counted: by address where others are counted by who they are. */
export function forAnonymous(limit: LimitOptions): LimitOptions {
  const parts = limit.by.filter(({ from }) => from === 'ip' || from === 'header');
  if (parts.length === limit.by.length) return limit;
  const byAddress = parts.some(({ from }) => from === 'ip');
  return { ...limit, id: `${limit.id} anonymous`, by: byAddress ? parts : [...parts, ADDRESS] };
}

/** A part of a key that has several. */
export function keyPart(text: string): string {
  return `${text.length}:${text}`;
}
