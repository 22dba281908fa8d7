import type { Limit } from '../../../limits/limit.ts';
import { type LimitCounter, LimitUse } from '../../../limits/store.ts';
import { Lease, type LeaseOwner } from './lease.ts';
import type { RedisCounter } from './redis-counter.ts';

/** Keys of one limit that are leased at most; others are counted one by one. */
const MOST_LEASES = 10_000;

/** The leases of one limit on this thread, by key, whatever routes share it. */
export type Leases = Map<string, Lease>;

/** What leases need of their store. */
export interface LeaseHost extends Pick<LeaseOwner, 'wheel' | 'now'> {
  /** Threads of all instances that count here, as far as is known. */
  readonly holders: number;
  leasesOf(limit: Limit): Leases;
}

/**
 * Decides over limits that are leased (RL-21): by what this thread has taken ahead where that is enough, which asks nobody; else by Redis,
 * taking more ahead. What Redis has counted is never more than the limit, so nothing is admitted twice; of a bucket, what was taken ahead
 * may be used while it fills again, so at most a tenth of it more.
 */
export class LeasedCounter implements LimitCounter {
  readonly limits: readonly Limit[];
  readonly #exact: RedisCounter;
  readonly #host: LeaseHost;
  readonly #leases: readonly Leases[];
  readonly #owners: readonly LeaseOwner[];
  /** Uses that leases have paid for. */
  readonly #paid = new WeakMap<LimitUse, readonly (Lease | undefined)[]>();

  constructor(exact: RedisCounter, host: LeaseHost) {
    this.limits = exact.limits;
    this.#exact = exact;
    this.#host = host;
    this.#leases = exact.limits.map((limit) => host.leasesOf(limit));
    this.#owners = exact.limits.map((_, index) => ({
      wheel: host.wheel,
      now: () => host.now(),
      over: (lease) => this.#leases[index]?.delete(lease.key),
      unused: (lease, units) => exact.returnUnits(index, lease.key, units),
    }));
  }

  take(use: LimitUse): undefined | Promise<void> {
    const leases = use.keys.map((key, index) => (key === undefined ? undefined : this.#leaseOf(index, key)));
    if (leases.some((lease, index) => lease === undefined && use.keys[index] !== undefined)) return this.#exact.take(use);
    const missing = leases.map((lease, index) => lease?.use(this.#costOf(index)) === false);
    if (!missing.includes(true)) {
      this.#admit(use, leases);
      return undefined;
    }
    const times = leases.map((lease, index) => this.#timesOf(index, missing[index] === true ? lease : undefined));
    if (times.every((one) => one <= 1) || this.#exact.isDenied(use)) {
      this.#takeBack(leases, missing);
      for (const [index, lease] of leases.entries()) if (missing[index] === true) lease?.asked(true);
      return this.#exact.take(use);
    }
    return this.#askAhead(use, leases, missing, times);
  }

  /** Takes for several requests at once, and lets this one go first. What does not fit so is asked for by itself. */
  async #askAhead(
    use: LimitUse,
    leases: readonly (Lease | undefined)[],
    missing: readonly boolean[],
    times: readonly number[],
  ): Promise<void> {
    const keys = use.keys.map((key, index) => (missing[index] === true ? key : undefined));
    const ahead = new LimitUse(this.#exact, keys, undefined, times);
    const asking = leases.filter((_, index) => missing[index]);
    const askedAt = this.#host.now();
    for (const lease of asking) if (lease !== undefined) lease.asking = true;
    const isAsked = await this.#exact.ask(ahead);
    const isThere = isAsked && ahead.outcome === 'admitted';
    for (const lease of asking) {
      if (lease === undefined) continue;
      lease.asking = false;
      lease.asked(isThere);
    }
    if (!isThere) {
      this.#takeBack(leases, missing);
      return this.#exact.take(use);
    }
    for (const [index, lease] of leases.entries()) {
      if (missing[index] !== true || lease === undefined) continue;
      const units = this.#costOf(index) * ((times[index] ?? 1) - 1);
      lease.fill(units, ahead.remaining[index] ?? 0, ahead.resetMs[index] ?? 0, askedAt);
    }
    this.#admit(use, leases);
  }

  giveBack(use: LimitUse): void {
    const leases = this.#paid.get(use);
    if (leases === undefined) {
      this.#exact.giveBack(use);
      return;
    }
    this.#paid.delete(use);
    for (const [index, lease] of leases.entries()) lease?.giveBack(this.#costOf(index));
  }

  async reset(use: LimitUse): Promise<void> {
    for (const [index, key] of use.keys.entries()) if (key !== undefined) this.#leases[index]?.delete(key);
    await this.#exact.reset(use);
  }

  end(use: LimitUse): void {
    this.#exact.end(use);
  }

  /** Undefined where there are too many. */
  #leaseOf(index: number, key: string): Lease | undefined {
    const leases = this.#leases[index];
    const owner = this.#owners[index];
    const known = leases?.get(key);
    if (known !== undefined || leases === undefined || owner === undefined || leases.size >= MOST_LEASES) return known;
    const lease = new Lease(owner, key);
    leases.set(key, lease);
    return lease;
  }

  #timesOf(index: number, lease: Lease | undefined): number {
    const most = (this.limits[index]?.amount ?? 0) / Math.max(1, this.#costOf(index));
    return lease === undefined ? 0 : lease.timesOf(most, this.#host.holders);
  }

  #costOf(index: number): number {
    return this.limits[index]?.cost ?? 1;
  }

  #admit(use: LimitUse, leases: readonly (Lease | undefined)[]): void {
    for (const [index, lease] of leases.entries()) {
      use.remaining[index] = lease?.remaining ?? -1;
      use.resetMs[index] = lease?.resetMs ?? 0;
    }
    use.outcome = 'admitted';
    this.#paid.set(use, leases);
  }

  #takeBack(leases: readonly (Lease | undefined)[], missing: readonly boolean[]): void {
    for (const [index, lease] of leases.entries()) if (missing[index] === false) lease?.giveBack(this.#costOf(index));
  }
}
