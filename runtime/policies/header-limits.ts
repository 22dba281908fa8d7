import type { PolicyFactory } from '../contract.ts';
import { problem } from '../problem.ts';

export interface HeaderLimitsOptions {
  /** Most header fields, inclusive. */
  readonly maxCount?: number;
  /** Names and values together, in bytes, inclusive. */
  readonly maxBytes?: number;
}

/**
 * Refuses a request with more header fields, or more bytes of them, than a route accepts. The limits of the server hold before (HL-1): a
 * route can only ask for less.
 *
 * @returns a 431 problem, or nothing
 * @see RFC 6585 §5
 */
export const headerLimits: PolicyFactory<HeaderLimitsOptions> = ({ maxCount = Infinity, maxBytes = Infinity }) => {
  return (exchange) => {
    let count = 0;
    let bytes = 0;
    exchange.eachHeader((name, value) => {
      count += 1;
      // A head is read as latin1: one code unit is one byte.
      bytes += name.length + value.length;
    });
    return count > maxCount || bytes > maxBytes ? problem.headersTooLarge : undefined;
  };
};
