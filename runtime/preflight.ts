import type { Exchange, Reply } from './contract.ts';
import type { PreparedRoute } from './exchange.ts';
import type { Generation, PreflightSlots } from './generation.ts';
import { allowsOrigin, type CorsOptions } from './policies/cors.ts';
import { matchingEnds } from './route/match.ts';

const VARY = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';

/** The routes of a path with their methods, whatever else they ask for; the most specific template first. */
export function routesAt(
  { router, routes }: Pick<Generation, 'router' | 'routes'>,
  host: string,
  path: string,
): readonly (readonly [method: string, route: PreparedRoute])[] {
  return matchingEnds(router, host, path).flatMap((ends) => {
    const pairs = Array.from({ length: ends.length / 2 }, (_, index) => [ends[2 * index], ends[2 * index + 1]] as const);
    return pairs.flatMap(([of, index]) => {
      const [method, route] = [router.methods[of ?? -1], routes[index ?? -1]];
      return method === undefined || route === undefined ? [] : [[method, route] as const];
    });
  });
}

/**
 * The answer to a preflight request (CR-1): `OPTIONS` with `Origin` and `Access-Control-Request-Method`, to a path with routes whose
 * scripts of other origins may call. Before credentials and limits, since browsers send none with it. An origin that is not listed gets
 * 204 without a word about CORS.
 *
 * @returns undefined for any other request
 */
export function preflight(
  { router, routes }: Generation,
  exchange: Exchange,
  path: string,
  slots: PreflightSlots,
): Reply | undefined {
  const origin = exchange.header(slots.origin);
  const wanted = exchange.header(slots.method);
  if (origin === undefined || wanted === undefined) return undefined;
  const found = new Map<string, CorsOptions>();
  for (const [method, { cors }] of routesAt({ router, routes }, exchange.host, path)) {
    if (cors !== undefined && !found.has(method)) found.set(method, cors);
  }
  if (found.size === 0) return undefined;
  const options = found.get(wanted) ?? found.values().next().value;
  if (options === undefined || !allowsOrigin(options, origin)) return { status: 204, headers: [['vary', VARY]] };
  const methods = [...found].filter(([, one]) => allowsOrigin(one, origin)).map(([method]) => method);
  return {
    status: 204,
    headers: [
      ['access-control-allow-origin', options.any ? '*' : origin],
      ...(options.credentials ? [['access-control-allow-credentials', 'true'] as const] : []),
      ['access-control-allow-methods', methods.sort().join(', ')],
      ...(options.allowHeaders === '' ? [] : [['access-control-allow-headers', options.allowHeaders] as const]),
      ['access-control-max-age', String(options.maxAgeSeconds)],
      ['vary', VARY],
    ],
  };
}
