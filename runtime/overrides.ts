import { type AddressRange, addressRange, addressWords, contains } from './address-range.ts';
import type { Exchange, Identity, PolicyEnv, Reply, Stage } from './contract.ts';
import { limitOf } from './limits/limit.ts';
import { type LimitCounter, LimitUse } from './limits/store.ts';
import { OVERRIDES } from './runtime-value-keys.ts';

/** What an operator has ordered for somebody, for some time (PR-5). */
export interface Override {
  readonly scope: OverrideScope;
  /** The consumer, the public id of a key, an address or CIDR range, the tenant, the id of a route; of `global` it is `all`. */
  readonly id: string;
  readonly action: OverrideAction;
  /** Milliseconds since the epoch; absent = until it is taken back. */
  readonly untilMs?: number;
  readonly reason: string;
}

export type OverrideScope = 'consumer' | 'key' | 'tenant' | 'ip' | 'route' | 'global';

export type OverrideAction =
  | { readonly kind: 'limit'; readonly requests: number; readonly perMs: number }
  | { readonly kind: 'block' }
  /** Refuses so many of a hundred requests. */
  | { readonly kind: 'shed'; readonly percent: number };

/** Scopes that need no credential: decided before one is looked at. */
const EARLY: ReadonlySet<OverrideScope> = new Set(['ip', 'route', 'global']);

/** One override, ready to be applied. */
interface Applied extends Override {
  readonly range: AddressRange | undefined;
  readonly counter: LimitCounter | undefined;
}

/**
 * The emergency brake of every route, before (`early`) or after the caller is known. It comes on top of the limits of the documents: what
 * is ordered here can only refuse more. Costs one comparison while nothing is ordered.
 */
export function overrideStage(env: PolicyEnv, when: 'early' | 'late'): Stage {
  const ordered = env.runtimeValue(OVERRIDES);
  let seen: unknown;
  let applied: readonly Applied[] = [];
  return (exchange): ReturnType<Stage> => {
    if (ordered.value === undefined) return undefined;
    if (ordered.value !== seen) {
      seen = ordered.value;
      applied = isList(seen)
        ? seen.filter(({ scope }) => EARLY.has(scope) === (when === 'early')).map((one) => apply(one, env))
        : [];
    }
    return decide(applied, 0, exchange, env);
  };
}

function isList(value: unknown): value is readonly Override[] {
  return Array.isArray(value);
}

function apply(override: Override, env: PolicyEnv): Applied {
  const { scope, id, action } = override;
  return {
    ...override,
    range: scope === 'ip' ? addressRange(id) : undefined,
    counter: action.kind === 'limit' ? counterOf(`override ${scope} ${id}`, action, env) : undefined,
  };
}

function counterOf(
  id: string,
  { requests, perMs }: { readonly requests: number; readonly perMs: number },
  env: PolicyEnv,
): LimitCounter {
  const amounts = { plans: [], otherwise: requests };
  const rule = { kind: 'bucket', perMs } as const;
  const options = {
    id,
    name: 'override',
    rule,
    amounts,
    by: [],
    cost: 1,
    onMissingKey: 'skip',
    onStoreFailure: 'local',
  } as const;
  return env.limits.prepare([limitOf(options, requests)]);
}

function decide(applied: readonly Applied[], first: number, exchange: Exchange, env: PolicyEnv): ReturnType<Stage> {
  for (let index = first; index < applied.length; index++) {
    const one = applied[index];
    if (one === undefined || !concerns(one, exchange)) continue;
    if (one.untilMs !== undefined && env.clock() >= one.untilMs) continue;
    exchange.note('override', `${one.scope} ${one.action.kind}`);
    if (one.action.kind === 'block') return BLOCKED;
    if (one.action.kind === 'shed') {
      if (Math.random() * 100 < one.action.percent) return SHED;
      continue;
    }
    if (one.counter === undefined) continue;
    const use = new LimitUse(one.counter, [''], exchange.limits);
    exchange.limits = use;
    const waiting = one.counter.take(use);
    if (waiting !== undefined) return waiting.then(() => refusal(use) ?? decide(applied, index + 1, exchange, env));
    const refused = refusal(use);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

function concerns({ scope, id, range }: Applied, { identity, clientAddress, route }: Exchange): boolean {
  if (scope === 'global') return true;
  if (scope === 'route') return route?.id === id;
  if (scope === 'ip') return range !== undefined && contains(range, addressWords(clientAddress));
  return identity !== undefined && named(identity, scope) === id;
}

function named({ consumer, apiKey, tenant }: Identity, scope: 'consumer' | 'key' | 'tenant'): string | undefined {
  return { consumer, key: apiKey, tenant }[scope];
}

function refusal({ outcome, resetMs }: LimitUse): Reply | undefined {
  if (outcome === 'admitted') return undefined;
  const seconds = Math.max(1, Math.ceil((resetMs[0] ?? 0) / 1_000));
  return { ...ABNORMAL, headers: [['retry-after', String(seconds)]] };
}

const ABNORMAL: Reply = {
  status: 429,
  headers: [],
  problem: {
    type: 'https://iana.org/assignments/http-problem-types#abnormal-usage-detected',
    title: 'Too Many Requests',
    status: 429,
    detail: 'Calls like this one are slowed down at the moment.',
    code: 'abnormal-usage-detected',
  },
};

const BLOCKED: Reply = {
  status: 403,
  headers: [],
  problem: {
    type: 'about:blank',
    title: 'Forbidden',
    status: 403,
    detail: 'Calls like this one are blocked at the moment.',
    code: 'blocked',
  },
};

const SHED: Reply = {
  status: 503,
  headers: [['retry-after', '10']],
  problem: {
    type: 'about:blank',
    title: 'Service Unavailable',
    status: 503,
    detail: 'Some calls are refused at the moment.',
    code: 'shed',
  },
  error: 'http_request_denied',
};
