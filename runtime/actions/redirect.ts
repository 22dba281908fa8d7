import type { Reply } from '../contract.ts';
import type { ServedExchange } from '../exchange.ts';
import { problem } from '../problem.ts';
import { rewritePath, withQuery } from '../route/rewrite.ts';
import type { ActionFactory } from './action.ts';

export interface RedirectOptions {
  /** 301, 302, 303, 307 or 308. */
  readonly status: number;
  /** Texts, encoded at build, and parameter indices. */
  readonly location: readonly (string | number)[];
}

/**
 * Sends the caller elsewhere. Parameters are copied as they stand in the normalized path, still encoded (RT-10); the query goes along
 * byte for byte.
 *
 * @returns the redirect, or 400 when the location would hold a dot segment or name another host
 * @see RFC 9110 §15.4
 */
export const redirect = (({ status, location }: RedirectOptions) => {
  return (exchange: Pick<ServedExchange, 'path' | 'query' | 'bareQuery' | 'captures'>): Reply => {
    const target = rewritePath(location, exchange.path, exchange.captures);
    if (target === undefined || target.startsWith('//')) return problem.badRequest('The path is not valid.');
    return { status, headers: [['location', withQuery(target, exchange)]] };
  };
}) satisfies ActionFactory<RedirectOptions>;
