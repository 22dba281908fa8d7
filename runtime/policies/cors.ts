import type { ResponsePolicyFactory } from '../contract.ts';

export interface CorsOptions {
  /** Exact origins, `null` among them only where it is listed (CR-3). */
  readonly origins: readonly string[];
  /** `https://*.example.com` as what stands before and behind the one label. */
  readonly suffixes: readonly (readonly [before: string, behind: string])[];
  /** Every origin, never with credentials. */
  readonly any: boolean;
  readonly credentials: boolean;
  /** Names for preflight answers, lower case, joined. */
  readonly allowHeaders: string;
  readonly exposeHeaders: string;
  readonly maxAgeSeconds: number;
}

/** Answers of the service about the same are replaced: two of them break every browser (CR-2). */
const OWN: readonly string[] = [
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-expose-headers',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-max-age',
];

/**
 * Lets scripts of listed origins read every answer, whoever made it and whatever its status (CR-2). Preflight requests never come
 * here: `runtime/preflight.ts` answers them.
 *
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export const cors: ResponsePolicyFactory<CorsOptions> = (options, env) => {
  const originSlot = env.headerSlot('origin');
  return (exchange, head) => {
    for (const name of OWN) head.remove(name);
    if (!options.any) head.append('vary', 'Origin');
    const origin = exchange.header(originSlot);
    if (origin === undefined || !allowsOrigin(options, origin)) return;
    head.set('access-control-allow-origin', options.any ? '*' : origin);
    if (options.credentials) head.set('access-control-allow-credentials', 'true');
    head.set('access-control-expose-headers', options.exposeHeaders);
  };
};

/** Whether scripts of an origin may call. A wildcard stands for exactly one label; no expression is evaluated. */
export function allowsOrigin({ any, origins, suffixes }: CorsOptions, origin: string): boolean {
  if (any || origins.includes(origin)) return true;
  return suffixes.some(([before, behind]) => {
    if (!origin.startsWith(before) || !origin.endsWith(behind)) return false;
    const label = origin.slice(before.length, origin.length - behind.length);
    return /^[a-z0-9-]+$/i.test(label) && origin.length === before.length + label.length + behind.length;
  });
}
