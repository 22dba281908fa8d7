import { addressRange, addressWords, contains } from '../address-range.ts';
import type { PolicyFactory } from '../contract.ts';
import { problem } from '../problem.ts';

export interface IpOptions {
  /** CIDR ranges or addresses; empty = everybody whom nothing denies. */
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/**
 * Decides by the client's address (RL-25), before any credential is looked at: the longest range that holds it, deny before allow at
 * equal length; who is in none may call only where nothing is listed as allowed (IP-1).
 */
export const ip: PolicyFactory<IpOptions> = ({ allow, deny }) => {
  const ranges = [
    ...deny.map((text) => ({ range: addressRange(text), allowed: false })),
    ...allow.map((text) => ({ range: addressRange(text), allowed: true })),
  ].sort((a, b) => b.range.bits - a.range.bits);
  const otherwise = allow.length === 0;
  return ({ clientAddress }) => {
    const words = addressWords(clientAddress);
    const decided = ranges.find(({ range }) => contains(range, words));
    return (decided?.allowed ?? otherwise) ? undefined : problem.addressRefused;
  };
};
