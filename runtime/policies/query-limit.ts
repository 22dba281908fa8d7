import type { PolicyFactory } from '../contract.ts';
import { problem } from '../problem.ts';

export interface QueryLimitOptions {
  /** Most parameters, inclusive. */
  readonly maxCount?: number;
  /** Length of the query without its question mark, in bytes, inclusive. */
  readonly maxBytes?: number;
}

/**
 * Refuses a request with more query parameters, or a longer query, than a route accepts. The limits of the server hold before (HL-1): a
 * route can only ask for less.
 *
 * @returns 400 for too many parameters, 414 for a query that is too long, or nothing
 * @see RFC 9110 §15.5.15
 */
export const queryLimit: PolicyFactory<QueryLimitOptions> = ({ maxCount = Infinity, maxBytes = Infinity }) => {
  const tooMany = problem.badRequest('The query has too many parameters.');
  return ({ query }) => {
    // A request target is ASCII: one code unit is one byte.
    if (query.length > maxBytes) return problem.targetTooLong;
    return countParameters(query) > maxCount ? tooMany : undefined;
  };
};

function countParameters(query: string): number {
  let count = query === '' ? 0 : 1;
  for (let at = query.indexOf('&'); at !== -1; at = query.indexOf('&', at + 1)) count += 1;
  return count;
}
