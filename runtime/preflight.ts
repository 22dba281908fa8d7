import type { Exchange, Reply } from './contract.ts';
import type { Generation, PreflightSlots } from './generation.ts';
import { allowsOrigin, type CorsOptions } from './policies/cors.ts';
import { matchingEnds } from './route/match.ts';

const VARY = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';

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
  for (const ends of matchingEnds(router, exchange.host, path)) {
    for (let index = 0; index < ends.length; index += 2) {
      const method = router.methods[ends[index] ?? -1];
      const options = routes[ends[index + 1] ?? -1]?.cors;
      if (method !== undefined && options !== undefined && !found.has(method)) found.set(method, options);
    }
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
