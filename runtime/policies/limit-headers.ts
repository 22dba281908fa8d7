import type { Exchange, ResponseHead, ResponsePolicyFactory } from '../contract.ts';
import type { Limit } from '../limits/limit.ts';
import type { LimitUse } from '../limits/store.ts';

export interface LimitHeadersOptions {
  /** RL-16: `RateLimit` and `RateLimit-Policy`, the older `X-RateLimit-*`, both, or neither. */
  readonly fields: 'both' | 'ietf' | 'legacy' | 'none';
}

/** Fields of services about the same: two of them would contradict each other. */
const OWN = ['ratelimit', 'ratelimit-policy', 'x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'] as const;

/**
 * Tells on every answer how much is left (RL-15): `RateLimit-Policy` and `RateLimit` for each limit, in seconds from now, and the older
 * `X-RateLimit-*` for the most restrictive, whose reset is in seconds since the epoch; of either as much as the route wants. Limits that
 * only report are not told.
 *
 * @see draft-ietf-httpapi-ratelimit-headers
 */
export const limitHeaders: ResponsePolicyFactory<LimitHeadersOptions> =
  ({ fields }, env) =>
  (exchange, head) => {
    const use = exchange.limits;
    if (use === undefined) return;
    for (const name of OWN) head.remove(name);
    const said: Said = { policies: '', states: '', limit: undefined, left: 0, resetMs: 0 };
    for (let one: LimitUse | undefined = use; one !== undefined; one = one.earlier) collect(one, said);
    if (said.limit === undefined) return;
    if (fields === 'both' || fields === 'ietf') writeIetf(head, said);
    if (fields === 'both' || fields === 'legacy') writeLegacy(head, said, env.clock());
    noteSoft(exchange, use, head);
  };

interface Said {
  policies: string;
  states: string;
  /** The most restrictive. */
  limit: Limit | undefined;
  left: number;
  resetMs: number;
}

function collect(use: LimitUse, said: Said): void {
  const { limits } = use.counter;
  for (let index = 0; index < limits.length; index++) {
    const limit = limits[index];
    const left = use.remaining[index] ?? -1;
    if (limit === undefined || left === -1 || !(limit.refuses || limit.soft)) continue;
    const resetMs = use.resetMs[index] ?? 0;
    const separator = said.policies === '' ? '' : ', ';
    said.policies += separator + policyText(limit);
    said.states += `${separator}"${limit.name}";r=${left}`;
    if (limit.kind !== 'concurrency') said.states += `;t=${Math.ceil(resetMs / 1_000)}`;
    const refuses = use.refusedBy === index;
    const tighter = said.limit === undefined || left < said.left || (left === said.left && resetMs > said.resetMs);
    if (!refuses && !tighter) continue;
    said.limit = limit;
    said.left = refuses ? -1 : left;
    said.resetMs = resetMs;
  }
}

function writeIetf(head: ResponseHead, { policies, states }: Said): void {
  head.append('ratelimit-policy', policies);
  head.append('ratelimit', states);
}

function writeLegacy(head: ResponseHead, { limit, left, resetMs }: Said, nowMs: number): void {
  head.append('x-ratelimit-limit', String(limit?.amount ?? 0));
  head.append('x-ratelimit-remaining', String(Math.max(0, left)));
  head.append('x-ratelimit-reset', String(Math.ceil((nowMs + resetMs) / 1_000)));
}

/** RL-8: a soft quota lets callers pass, and says so. */
function noteSoft(exchange: Exchange, use: LimitUse, head: ResponseHead): void {
  if (use.exceeded === 0) return;
  const over = use.counter.limits.some(({ soft }, index) => soft && (use.exceeded & (1 << index)) !== 0);
  if (!over) return;
  head.set('x-gw-quota', 'exceeded');
  exchange.note('quota', 'exceeded');
}

/** Made once per limit (RL-17). */
const texts = new WeakMap<Limit, string>();

function policyText(limit: Limit): string {
  const known = texts.get(limit);
  if (known !== undefined) return known;
  const unit = limit.kind === 'concurrency' ? ';qu="concurrent-requests"' : '';
  const seconds = limit.period === undefined ? Math.ceil(limit.windowMs / 1_000) : PERIOD_SECONDS[limit.period];
  const text = `"${limit.name}";q=${limit.amount}${unit}${seconds === 0 ? '' : `;w=${seconds}`}`;
  texts.set(limit, text);
  return text;
}

const PERIOD_SECONDS = { day: 86_400, week: 604_800, month: 2_592_000 } as const;
