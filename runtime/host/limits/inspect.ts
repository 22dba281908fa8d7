/** What limits say of a caller at the moment, and how they begin anew for one: for operators, on a thread, over whatever store it has. */
import type { GatewaySpec } from '../../gateway-spec.ts';
import { addressKey } from '../../limits/address-key.ts';
import { forAnonymous, keyPart } from '../../limits/counted-by.ts';
import { amountFor, type KeyPart, type Limit, type LimitOptions, limitOf } from '../../limits/limit.ts';
import { type LimitCounter, type LimitStore, LimitUse } from '../../limits/store.ts';
import type { LimitsOptions } from '../../policies/limits.ts';

/** Who is asked about. Whoever has none of the first four is nobody that the gateway knows, and is counted by address. */
export interface CountedCaller {
  readonly consumer?: string;
  readonly apiKey?: string;
  readonly user?: string;
  readonly tenant?: string;
  readonly ip?: string;
  /** Usage plan: says which amounts hold. */
  readonly plan?: string;
  /** Only limits of this name. */
  readonly policy?: string;
}

/** One counter of a caller, as AD-3 shows it. */
export interface LimitState {
  /** As in `RateLimit-Policy`. */
  readonly policy: string;
  readonly kind: Limit['kind'];
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  /** When all is there again, date-time; null = when what is held has ended. */
  readonly resetAt: string | null;
  /** Milliseconds, or the period of a calendar; null = none. */
  readonly window: number | string | null;
  /** Counts everybody together. */
  readonly shared: boolean;
  /** Where it holds. */
  readonly routes: readonly string[];
}

/** A limit of this caller, and whom it is counted for. */
interface Counted {
  readonly limit: Limit;
  readonly key: string;
  readonly routes: string[];
}

/** @param nowMs wall clock */
export async function limitStates(
  store: LimitStore,
  routes: GatewaySpec['routes'],
  caller: CountedCaller,
  nowMs: number,
): Promise<readonly LimitState[]> {
  const states: LimitState[] = [];
  for (const { limit, key, routes: where } of countedFor(routes, caller)) {
    // A request that costs nothing changes nothing; one that holds a slot gives it back at once.
    const { counter, use } = counterOf(store, { ...limit, cost: 0, refuses: false, maxWaitMs: Number.MAX_SAFE_INTEGER }, key);
    await counter.take(use);
    use.end();
    const [found = -1] = use.remaining;
    if (found === -1) continue;
    const remaining = limit.kind === 'concurrency' && use.exceeded === 0 ? found + 1 : found;
    const resetMs = use.resetMs[0] ?? 0;
    states.push({
      policy: limit.name,
      kind: limit.kind,
      limit: limit.amount,
      used: Math.max(0, limit.amount - remaining),
      remaining,
      resetAt: limit.kind === 'concurrency' ? null : new Date(nowMs + resetMs).toISOString(),
      window: limit.period ?? (limit.windowMs === 0 ? null : limit.windowMs),
      shared: limit.shared,
      routes: where,
    });
  }
  return states;
}

/**
 * Begins every counter of the caller anew, but for those that everybody shares and what is held.
 *
 * @returns how many
 */
export async function resetLimits(store: LimitStore, routes: GatewaySpec['routes'], caller: CountedCaller): Promise<number> {
  const own = countedFor(routes, caller).filter(({ limit }) => !limit.shared && limit.kind !== 'concurrency');
  for (const { limit, key } of own) {
    const { counter, use } = counterOf(store, limit, key);
    await counter.reset(use);
  }
  return own.length;
}

function counterOf(store: LimitStore, limit: Limit, key: string): { readonly counter: LimitCounter; readonly use: LimitUse } {
  const counter = store.prepare([limit]);
  return { counter, use: new LimitUse(counter, [key], undefined) };
}

/** The counters that requests of this caller would meet, each once, in the order of the routes. */
function countedFor(routes: GatewaySpec['routes'], caller: CountedCaller): readonly Counted[] {
  const found = new Map<string, Counted>();
  for (const { id, request } of routes) {
    for (const { stage, options } of request) {
      if ((stage !== 'limits' && stage !== 'address-limits') || !isLimits(options)) continue;
      for (const { limit, key } of limitsFor(options, caller)) {
        if (caller.policy !== undefined && caller.policy !== limit.name) continue;
        const name = `${limit.id}\n${key}`;
        const known = found.get(name) ?? { limit, key, routes: [] };
        found.set(name, known);
        if (!known.routes.includes(id)) known.routes.push(id);
      }
    }
  }
  return [...found.values()];
}

function limitsFor({ limits, plans = [] }: LimitsOptions, caller: CountedCaller): readonly { limit: Limit; key: string }[] {
  const { plan } = caller;
  const isKnown = [caller.consumer, caller.apiKey, caller.user, caller.tenant].some((one) => one !== undefined);
  const ofPlan = plans.find(([name]) => isKnown && name === plan)?.[1] ?? [];
  return [...limits, ...ofPlan].flatMap((written) => {
    const options = isKnown ? written : forAnonymous(written);
    const { amounts } = options;
    const amount = isKnown ? amountFor(amounts, plan) : (amounts.anonymous ?? amounts.otherwise);
    const key = keyFor(options, caller);
    return amount === undefined || key === undefined ? [] : [{ limit: limitOf(options, amount), key }];
  });
}

/** Undefined where it is counted by something that was not given. */
function keyFor({ by }: LimitOptions, caller: CountedCaller): string | undefined {
  const texts = by.map((part) => textOf(part, caller));
  if (texts.some((text) => text === undefined)) return undefined;
  const [first = '', second] = texts;
  return second === undefined ? first : texts.map((text = '') => keyPart(text)).join('');
}

function textOf(part: KeyPart, caller: CountedCaller): string | undefined {
  switch (part.from) {
    case 'ip':
      return caller.ip === undefined ? undefined : addressKey(caller.ip, part.ipv6Bits);
    case 'consumer':
    case 'apiKey':
    case 'user':
    case 'tenant':
      return caller[part.from];
    case 'claim':
    case 'header':
      return undefined;
  }
}

function isLimits(options: unknown): options is LimitsOptions {
  return typeof options === 'object' && options !== null && 'limits' in options && Array.isArray(options.limits);
}
