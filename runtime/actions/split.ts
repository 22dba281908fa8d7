import type { Reply } from '../contract.ts';
import type { Action, ServedExchange } from '../exchange.ts';
import { hashText } from '../hash-text.ts';
import { splitCookieOf } from '../policies/split-cookie.ts';
import { SPLIT } from '../runtime-value-keys.ts';
import type { ActionFactory } from './action.ts';
import { type ProxyOptions, proxy } from './proxy.ts';

export interface SplitOptions extends Omit<ProxyOptions, 'upstream'> {
  /** In the order of the document: the stable one first, so that callers only move to the others while those grow. */
  readonly targets: readonly { readonly upstream: string; readonly weight: number }[];
  /** What keeps a caller with one upstream: `caller` is the consumer, else the cookie, else the address. */
  readonly sticky: 'caller' | 'address' | 'cookie';
  /** Roles that may choose an upstream by `X-Gw-Canary`. */
  readonly roles: readonly string[];
}

/**
 * Sends each request to one of several upstreams by weight (RT-11). A hash of the caller and the route decides, so one caller stays with
 * one upstream on every thread and instance, and keeps it while weights only grow. An upstream of weight 0 gets nothing.
 */
export const split: ActionFactory<SplitOptions> = ({ targets, sticky, roles, ...options }, env) => {
  const choices = targets.map(({ upstream, weight }) => ({
    upstream,
    weight,
    action: proxy({ ...options, upstream }, env),
  }));
  const cookieSlot = env.headerSlot('cookie');
  const canarySlot = env.headerSlot('x-gw-canary');
  const weights = env.runtimeValue(`${SPLIT}/${env.route.id}`);
  const weightOf = (upstream: string, weight: number): number => ownNumber(weights.value, upstream) ?? weight;
  const keyOf = (exchange: ServedExchange): string => {
    if (sticky === 'address') return exchange.clientAddress;
    // The answer to a browser without the cookie brings it, with the id of this request.
    if (sticky === 'cookie') return splitCookieOf(exchange.header(cookieSlot)) ?? exchange.requestId;
    return exchange.identity?.consumer ?? splitCookieOf(exchange.header(cookieSlot)) ?? exchange.clientAddress;
  };
  return (exchange): ReturnType<Action> => {
    const wanted = exchange.header(canarySlot);
    const chosen =
      wanted === undefined || !mayChoose(exchange, roles) ? undefined : choices.find(({ upstream }) => upstream === wanted);
    const total = choices.reduce((sum, { upstream, weight }) => sum + weightOf(upstream, weight), 0);
    let left = (hashText(`${env.route.id} ${keyOf(exchange)}`) / 2 ** 32) * total;
    const drawn = choices.find(({ upstream, weight }) => {
      left -= weightOf(upstream, weight);
      return left < 0;
    });
    const taken = chosen ?? drawn;
    if (taken === undefined) return NOBODY;
    exchange.note('split', taken.upstream);
    return taken.action(exchange);
  };
};

/** Every weight was set to 0. */
const NOBODY: Reply = {
  status: 503,
  headers: [],
  problem: { type: 'about:blank', title: 'Service Unavailable', status: 503, code: 'no-upstream' },
  error: 'destination_unavailable',
};

function mayChoose({ identity }: ServedExchange, roles: readonly string[]): boolean {
  return identity?.roles.some((role) => roles.includes(role)) === true;
}

function ownNumber(fields: unknown, name: string): number | undefined {
  if (typeof fields !== 'object' || fields === null || !Object.hasOwn(fields, name)) return undefined;
  const value: unknown = Reflect.get(fields, name);
  return typeof value === 'number' ? value : undefined;
}
