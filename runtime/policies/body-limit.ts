import type { PolicyFactory } from '../contract.ts';
import { problem } from '../problem.ts';

export interface BodyLimitOptions {
  readonly maxBytes: number;
}

/**
 * Refuses a request whose body exceeds a byte budget.
 *
 * A streamed body declares no length, so it is counted as it passes: the limit holds even when the caller lies.
 *
 * @param options.maxBytes largest accepted body, in bytes, inclusive
 * @returns a 413 problem, or nothing
 * @see RFC 9110 §15.5.14
 */
export const bodyLimit: PolicyFactory<BodyLimitOptions> = ({ maxBytes }) => {
  const tooLarge = problem.bodyTooLarge(maxBytes);
  return (exchange) => {
    if (exchange.declaredLength > maxBytes) return tooLarge;
    exchange.limitBody(maxBytes);
    return undefined;
  };
};
