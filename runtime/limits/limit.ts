/**
 * What a limit is: as the build writes it (`LimitOptions`, amounts by plan), and as a store counts it (`Limit`, one amount). The words
 * are those of SEMANTICS §4.
 */

/** What requests are told apart by. Constant parts (operation, service) are in the id of the limit already. */
export type KeyPart =
  | { readonly from: 'consumer' | 'user' | 'apiKey' | 'tenant' }
  /** The leading bits of an IPv6 address; IPv4 is taken whole (RL-27). */
  | { readonly from: 'ip'; readonly ipv6Bits: number }
  | { readonly from: 'claim' | 'header'; readonly name: string };

/** How requests are counted, but for how many. */
export type RuleOptions =
  /** RL-1: at most the amount at once, or `burst`; the amount comes back within `perMs`. */
  | { readonly kind: 'bucket'; readonly perMs: number; readonly burst?: number }
  /** RL-5: requests leave one by one; `queue` of them may wait, none longer than `maxDelayMs`. */
  | { readonly kind: 'leaky'; readonly perMs: number; readonly queue: number; readonly maxDelayMs: number }
  /** RL-2, RL-3, RL-4. */
  | { readonly kind: 'window' | 'log' | 'sliding'; readonly perMs: number }
  /** RL-8: calendar periods of a time zone; months begin at `startDay`, default 1. `soft` counts and marks, and never refuses. */
  | {
      readonly kind: 'quota';
      readonly period: Period;
      readonly timezone: string;
      readonly startDay?: number;
      readonly soft?: true;
    }
  /** RL-7: held until the exchange ends; `queue` requests of a thread may wait, none longer than `maxWaitMs`. */
  | { readonly kind: 'concurrency'; readonly queue: number; readonly maxWaitMs: number };

export type Period = 'day' | 'week' | 'month';

/** A number for everybody, or by plan. Who has none may not call: 403. */
export interface Amounts {
  /** Sorted by name. */
  readonly plans: readonly (readonly [plan: string, amount: number])[];
  readonly anonymous?: number;
  readonly otherwise?: number;
}

/** One limit as the build writes it. */
export interface LimitOptions {
  /** Names what is counted together: the same on all routes, threads, instances and builds that share it. */
  readonly id: string;
  /** In `RateLimit-Policy`; unique on a route. */
  readonly name: string;
  readonly rule: RuleOptions;
  readonly amounts: Amounts;
  /** Empty: all requests of the id together. */
  readonly by: readonly KeyPart[];
  /** What one request takes; where its answer tells that, what is reserved until then. */
  readonly cost: number;
  /** RL-9: the header field of the answer that tells the cost, lower case. */
  readonly settledBy?: string;
  /** RL-9: where the body of the request says the cost, a JSON body: the keys of a pointer. `cost` is the least. */
  readonly saidAt?: readonly string[];
  /** RL-14: of a refusal, where everybody is counted together; else 429. */
  readonly status?: 503;
  /** Counts and notes, and never refuses (RL-23). */
  readonly report?: true;
  readonly onMissingKey: 'reject' | 'ip' | 'skip';
  readonly onStoreFailure: 'local' | 'open' | 'closed';
  /** A store that instances share may be asked for several requests at once (RL-21). */
  readonly leased?: true;
}

/** A limit with its amount: what stores count. One shape for all kinds, so that reading it is quick. */
export interface Limit {
  readonly id: string;
  readonly name: string;
  readonly kind: RuleOptions['kind'];
  /** Most at once (bucket, leaky: capacity) or within a window. */
  readonly amount: number;
  readonly cost: number;
  readonly settledBy: string | undefined;
  readonly saidAt: readonly string[] | undefined;
  /** bucket, leaky: what a request of cost 1 adds, and what drains in a microsecond. Whole numbers without a common divisor. */
  readonly interval: number;
  readonly drain: number;
  /** Length of the window; of a bucket, until an empty one is full; 0 = none. */
  readonly windowMs: number;
  /** Longest wait before a request is let through instead of refused; 0 = none waits. */
  readonly maxWaitMs: number;
  /** How many of a thread may wait for a slot. */
  readonly queue: number;
  readonly period: Period | undefined;
  readonly timezone: string;
  /** Of the month on which a month begins; its last day where it has no such. */
  readonly startDay: number;
  /** Else it only reports. */
  readonly refuses: boolean;
  /** Counts what it does not fit as well (RL-8). */
  readonly soft: boolean;
  /** Everybody, or all of a service, are counted together: the caller alone did nothing wrong (RL-14). */
  readonly shared: boolean;
  /** Of a refusal. */
  readonly status: 429 | 503;
  readonly onStoreFailure: LimitOptions['onStoreFailure'];
  readonly leased: boolean;
}

/** The amount for a plan; undefined where the plan has none. */
export function amountFor({ plans, otherwise }: Amounts, plan: string | undefined): number | undefined {
  const own = plan === undefined ? undefined : plans.find(([name]) => name === plan);
  return own?.[1] ?? otherwise;
}

/**
 * A limit of this amount. What changes how a counter is read (rate, burst) is part of its id, so that a new build with other numbers
 * begins a new counter instead of misreading the old one.
 */
export function limitOf(
  { id, name, rule, by, cost, report, onStoreFailure, leased, settledBy, saidAt, status }: LimitOptions,
  amount: number,
): Limit {
  const refusal: Limit['status'] = by.length === 0 ? (status ?? 429) : 429;
  const common = {
    id: `${id} ${rule.kind}`,
    name,
    kind: rule.kind,
    amount,
    cost: rule.kind === 'concurrency' ? 1 : cost,
    settledBy,
    saidAt,
    interval: 0,
    drain: 0,
    windowMs: 0,
    maxWaitMs: 0,
    queue: 0,
    period: undefined,
    timezone: 'UTC',
    startDay: 1,
    refuses: report !== true,
    soft: false,
    shared: by.length === 0,
    status: refusal,
    onStoreFailure,
    leased: leased === true,
  };
  switch (rule.kind) {
    case 'bucket':
    case 'leaky': {
      const perUs = rule.perMs * 1_000;
      const divisor = greatestDivisor(perUs, amount);
      const [interval, drain] = [perUs / divisor, amount / divisor];
      const capacity = rule.kind === 'leaky' ? rule.queue + 1 : (rule.burst ?? amount);
      const maxWaitMs = rule.kind === 'leaky' ? rule.maxDelayMs : 0;
      const windowMs = Math.ceil((capacity * rule.perMs) / amount);
      return { ...common, id: `${common.id} ${amount}/${rule.perMs}`, amount: capacity, interval, drain, windowMs, maxWaitMs };
    }
    case 'window':
    case 'log':
    case 'sliding':
      return { ...common, id: `${common.id} ${rule.perMs}`, windowMs: rule.perMs };
    case 'quota': {
      const { period, timezone, startDay = 1, soft } = rule;
      const refuses = common.refuses && soft !== true;
      const id = `${common.id} ${period} ${timezone}${startDay === 1 ? '' : ` from ${startDay}`}`;
      return { ...common, id, period, timezone, startDay, refuses, soft: soft === true };
    }
    case 'concurrency':
      return { ...common, queue: rule.queue, maxWaitMs: rule.queue === 0 ? 0 : rule.maxWaitMs };
  }
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
