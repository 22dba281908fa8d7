import type { ServedExchange } from '../exchange.ts';
import { problem } from '../problem.ts';
import { rewritePath, stripPrefix, withQuery } from '../route/rewrite.ts';
import type { UpstreamRequest, UpstreamTimeouts } from '../upstream-client.ts';
import type { ActionFactory } from './action.ts';
import { cleanAnswer, errorPage } from './answer-headers.ts';
import { requestHeaders } from './request-headers.ts';

export interface ProxyOptions {
  /** Name of an upstream of the bundle. */
  readonly upstream: string;
  /** Absent = the public path, mount included, unchanged. */
  readonly rewrite?: ProxyRewrite;
  /** Value of `Host` sent upstream; absent = the authority of the target. */
  readonly host?: string;
  readonly timeouts: UpstreamTimeouts;
}

export type ProxyRewrite =
  | { readonly kind: 'stripPrefix'; readonly prefix: string }
  /** Texts and parameter indices. */
  | { readonly kind: 'template'; readonly parts: readonly (string | number)[] };

/**
 * Sends the request to its upstream and streams the answer back. The path is rewritten (RT-10), the query passes byte for byte.
 *
 * @returns 400 when a rewritten path would hold a dot segment; what `UpstreamClient.forward` returns otherwise
 */
export const proxy: ActionFactory<ProxyOptions> = ({ upstream, rewrite, host, timeouts }, env) => {
  const client = env.upstream(upstream);
  const prefix = rewrite?.kind === 'stripPrefix' ? rewrite.prefix : '';
  const request: UpstreamRequest = {
    timeouts,
    headers: (exchange, authority) => requestHeaders(exchange, host ?? authority, timeouts.totalMs),
    answer(exchange, head, address, length) {
      const instead = env.sanitizeErrors ? errorPage(head, length) : undefined;
      if (instead !== undefined) {
        exchange.note('answer', 'sanitized');
        return instead;
      }
      const { scheme, authority } = exchange;
      cleanAnswer(head, { scheme, authority, upstream: address, sentHost: host ?? address.authority, prefix });
      return undefined;
    },
  };
  return (exchange) => {
    const path = upstreamPath(exchange, rewrite);
    if (path === undefined) return problem.badRequest('The path is not valid.');
    return client.forward(exchange, withQuery(path, exchange), request);
  };
};

function upstreamPath(exchange: ServedExchange, rewrite: ProxyRewrite | undefined): string | undefined {
  if (rewrite === undefined) return exchange.path;
  if (rewrite.kind === 'stripPrefix') return stripPrefix(exchange.path, rewrite.prefix);
  return rewritePath(rewrite.parts, exchange.path, exchange.captures);
}
