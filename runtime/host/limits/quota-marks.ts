import { createHash } from 'node:crypto';
import { CalendarPeriods } from '../../limits/calendar.ts';
import type { Limit } from '../../limits/limit.ts';
import type { LimitUse } from '../../limits/store.ts';

/** Somebody has used this much of a quota (RL-8). */
export interface QuotaReached {
  /** Of the counter and its period: the same on every thread and instance, and says nobody's name. */
  readonly id: string;
  /** As in `RateLimit-Policy`. */
  readonly policy: string;
  readonly percent: 80 | 100;
  readonly limit: number;
  /** Undefined where everybody is counted together. */
  readonly consumer: string | undefined;
  readonly route: string;
  /** Of the period; milliseconds since the epoch. */
  readonly startMs: number;
  readonly endMs: number;
}

/** Marks that a thread remembers; of more it tells again, and main knows them by their ids. */
const MOST = 10_000;

/**
 * Sees in what was counted who has used 80 % or all of a quota, and says it once for each period. Whoever is counted by address alone is
 * nobody that could be told of.
 */
export class QuotaMarks {
  /** When the period ends, by mark. */
  readonly #said = new Map<string, number>();

  /** @param nowMs wall clock */
  look(use: LimitUse, consumer: string | undefined, route: string, nowMs: number): readonly QuotaReached[] {
    const { limits } = use.counter;
    let found: QuotaReached[] | undefined;
    for (let index = 0; index < limits.length; index++) {
      const limit = limits[index];
      const key = use.keys[index];
      if (limit?.period === undefined || key === undefined || (consumer === undefined && !limit.shared)) continue;
      const percent = percentOf(limit, use, index);
      if (percent === undefined) continue;
      const mark = `${limit.id} ${percent} ${key}`;
      if (nowMs < (this.#said.get(mark) ?? 0)) continue;
      const periods = new CalendarPeriods(limit.period, limit.timezone, limit.startDay);
      periods.moveTo(nowMs);
      const { startMs, endMs } = periods;
      if (this.#said.size >= MOST) this.#said.clear();
      this.#said.set(mark, endMs);
      const id = createHash('sha256')
        .update(JSON.stringify([limit.id, key, percent, startMs]))
        .digest('base64url');
      found ??= [];
      found.push({
        ...{ id, policy: limit.name, percent, limit: limit.amount, startMs, endMs },
        ...{ consumer: limit.shared ? undefined : consumer, route },
      });
    }
    return found ?? NONE;
  }
}

const NONE: readonly QuotaReached[] = [];

/** How much of it is used, of what somebody wants to know. */
function percentOf(
  { amount }: Limit,
  { remaining, exceeded, outcome }: LimitUse,
  index: number,
): QuotaReached['percent'] | undefined {
  const left = remaining[index] ?? -1;
  if (left === -1 || outcome === 'unavailable') return undefined;
  if (left === 0 || (exceeded & (1 << index)) !== 0) return 100;
  return left * 5 <= amount ? 80 : undefined;
}
