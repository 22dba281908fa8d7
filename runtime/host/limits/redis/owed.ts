import { meansAway } from './health.ts';
import type { RedisScript } from './scripts.ts';
import { TAKE } from './scripts.ts';

/** More would cost memory; the oldest go first. */
const MOST = 10_000;
/** So many at once. */
const BATCH = 100;
/** A part of Redis that is away still is not asked more often. Milliseconds. */
const PAUSE_MS = 1_000;

/** What was counted of one quota without Redis. */
export interface Debt {
  readonly key: string;
  readonly amount: number;
  /** In the unit of the limit; below zero when some of it was given back. */
  readonly units: number;
  /** The period that it was counted in; milliseconds since the epoch. */
  readonly startMs: number;
  readonly endMs: number;
}

export interface OwedHost {
  /** Monotonic, milliseconds. */
  now(): number;
  /** Since the epoch, milliseconds. */
  wallMs(): number;
  run(script: RedisScript, keys: readonly string[], values: readonly string[]): Promise<unknown>;
}

/**
 * What this thread has counted of quotas while Redis was away (RL-20). Once Redis is back each is added to its counter there, unless its
 * period has ended. What was sent when Redis went away again is sent once more: a quota is rather counted twice than not at all.
 */
export class Owed {
  readonly #host: OwedHost;
  readonly #debts = new Map<string, Debt>();
  #payAt = Number.NEGATIVE_INFINITY;

  constructor(host: OwedHost) {
    this.#host = host;
  }

  /** Counters that something is owed to. */
  get size(): number {
    return this.#debts.size;
  }

  /** Adds to what is owed already for the same period. */
  add(debt: Debt): void {
    const { key, startMs, units } = debt;
    const known = this.#debts.get(key);
    const sum = known?.startMs === startMs ? known.units + units : units;
    this.#debts.delete(key);
    if (sum <= 0) return;
    const [oldest] = this.#debts.keys();
    if (this.#debts.size >= MOST && oldest !== undefined) this.#debts.delete(oldest);
    this.#debts.set(key, { ...debt, units: sum });
  }

  /** Redis answers again: pays all that is owed, at most once a second. Never rejects. */
  async pay(): Promise<void> {
    if (this.#debts.size === 0 || this.#host.now() < this.#payAt) return;
    this.#payAt = this.#host.now() + PAUSE_MS;
    const due = [...this.#debts.values()];
    this.#debts.clear();
    for (let from = 0; from < due.length; from += BATCH) {
      await Promise.all(due.slice(from, from + BATCH).map((debt) => this.#payOne(debt)));
    }
  }

  async #payOne(debt: Debt): Promise<void> {
    const { key, amount, units, startMs, endMs } = debt;
    if (this.#host.wallMs() >= endMs) return;
    const numbers = [amount, units, 0, 0, 0, 0, startMs, endMs].map(String);
    try {
      // Counted also above the amount: it was let through.
      await this.#host.run(TAKE, [key], ['quota', ...numbers, '0', '1', '']);
    } catch (error) {
      if (meansAway(error)) this.add(debt);
    }
  }
}
