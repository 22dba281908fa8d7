import { CalendarPeriods } from '../../limits/calendar.ts';
import { type HashState, KeyHash } from '../../limits/key-hash.ts';
import type { Limit } from '../../limits/limit.ts';
import { count, type Instant, Meter, uncount } from '../../limits/meter.ts';
import type { LimitCounter, LimitStore, LimitUse } from '../../limits/store.ts';
import { ARRIVAL_REGIONS, Arrivals, regionOf } from './arrivals.ts';
import { type LimitMemory, STRIPES } from './layout.ts';
import { Ledger } from './ledger.ts';
import { LockStripes } from './lock-stripes.ts';
import { LimitTable } from './table.ts';

/** Most limits of one request. */
export const MOST_LIMITS = 16;
const GIVEN_UP = 5;

/** Both clocks of a thread. */
export interface Clocks {
  /** Whole microseconds, the same for all threads of the process. */
  readonly monotonicUs: () => number;
  /** Milliseconds since the epoch. */
  readonly wallMs: () => number;
}

/**
 * Counts in memory that all threads share (RL-24), exactly and at once: the locks of all limits of a request are taken in the order of
 * their numbers, then all counters are read, then all or none are written.
 */
export class MemoryStore implements LimitStore {
  readonly #memory: LimitMemory;
  readonly #thread: number;
  readonly #clocks: Clocks;
  readonly #locks: LockStripes;
  readonly #table: LimitTable;
  readonly #ledger: Ledger;
  readonly #arrivals: readonly Arrivals[];
  readonly #hash: KeyHash;

  /** @param thread of the caller; 0 = main, whose store only buries */
  constructor(memory: LimitMemory, thread: number, clocks: Clocks) {
    this.#memory = memory;
    this.#thread = thread;
    this.#clocks = clocks;
    this.#locks = new LockStripes(memory.locks, thread);
    this.#table = new LimitTable(memory);
    const column = memory.ledgers[thread];
    if (column === undefined) throw new Error(`There is no ledger of thread ${thread}.`);
    this.#ledger = new Ledger(column, true);
    this.#arrivals = Array.from(
      { length: ARRIVAL_REGIONS },
      (_, region) => new Arrivals(memory.arrivals, memory.arrivalsOffset, region),
    );
    this.#hash = new KeyHash([memory.head[0] ?? 0, memory.head[1] ?? 0]);
  }

  prepare(limits: readonly Limit[]): MemoryCounter {
    if (limits.length > MOST_LIMITS) throw new Error(`A request cannot have more than ${MOST_LIMITS} limits.`);
    return new MemoryCounter(limits, {
      clocks: this.#clocks,
      locks: this.#locks,
      table: this.#table,
      ledger: this.#ledger,
      arrivals: this.#arrivals,
      hash: this.#hash,
      head: this.#memory.head,
    });
  }

  /** Counters that were evicted while they still counted. */
  get evictions(): number {
    return Atomics.load(this.#memory.head, 4);
  }

  /** Gives back what a dead thread held, and frees its locks. Only main, after the thread has exited. */
  bury(thread: number): void {
    const column = this.#memory.ledgers[thread];
    if (column === undefined || thread === this.#thread) return;
    for (const [region, arrivals] of this.#arrivals.entries()) {
      if (this.#locks.isHeldBy(STRIPES + region, thread)) arrivals.reset();
    }
    const meter = new Meter();
    // The change that was under way first: what is given back afterwards counts from there.
    const leases = [...new Ledger(column, false).bury()].sort(
      (x, y) => Number(y.restored !== undefined) - Number(x.restored !== undefined),
    );
    for (const { index, low, high, restored } of leases) {
      const stripe = LimitTable.stripeOf(low);
      const locked = restored === undefined && !this.#locks.isHeldBy(stripe, thread) && this.#locks.take(stripe);
      const found = this.#table.find(low, high);
      if (found !== -1 && found === index) {
        this.#table.read(found, meter, 0);
        const left = restored ?? Math.max(0, meter.a - 1);
        this.#table.write(found, left, 0, 0, left > 0 ? Number.POSITIVE_INFINITY : 0);
      }
      if (locked) this.#locks.release(stripe);
    }
    this.#locks.freeOf(thread);
  }
}

/** Draws the seed of the hash; once, before any thread starts. */
export function seedLimits({ head }: LimitMemory, random: readonly [number, number]): void {
  head[0] = random[0];
  head[1] = random[1];
}

interface Parts {
  readonly clocks: Clocks;
  readonly locks: LockStripes;
  readonly table: LimitTable;
  readonly ledger: Ledger;
  readonly arrivals: readonly Arrivals[];
  readonly hash: KeyHash;
  readonly head: Int32Array;
}

class MemoryCounter implements LimitCounter {
  readonly limits: readonly Limit[];
  readonly #parts: Parts;
  readonly #prefixes: readonly HashState[];
  readonly #periods: readonly (CalendarPeriods | undefined)[];
  readonly #held: boolean;
  readonly #meter = new Meter();
  readonly #at: Instant = { monotonicUs: 0, wallMs: 0, periodStartMs: 0, periodEndMs: 0 };
  readonly #low = new Int32Array(MOST_LIMITS);
  readonly #high = new Int32Array(MOST_LIMITS);
  readonly #index = new Int32Array(MOST_LIMITS);
  readonly #remaining = new Float64Array(MOST_LIMITS);
  readonly #resetMs = new Float64Array(MOST_LIMITS);
  readonly #leases = new Int32Array(MOST_LIMITS);
  #leaseCount = 0;
  /** State to write, four numbers a limit. */
  readonly #next = new Float64Array(MOST_LIMITS * 4);
  /** Numbers of the locks, sorted, each once. */
  readonly #stripes = new Int32Array(2 * MOST_LIMITS);
  #stripeCount = 0;

  constructor(limits: readonly Limit[], parts: Parts) {
    this.limits = limits;
    this.#parts = parts;
    this.#prefixes = limits.map(({ id }) => parts.hash.begin().add(id).state);
    this.#periods = limits.map(({ period, timezone, startDay }) =>
      period === undefined ? undefined : new CalendarPeriods(period, timezone, startDay),
    );
    this.#held = limits.some(({ kind }) => kind === 'concurrency');
  }

  take(use: LimitUse): undefined {
    const { locks, ledger, head } = this.#parts;
    this.#locate(use);
    if ((this.#held && ledger.room < MOST_LIMITS) || !this.#lock(locks)) {
      Atomics.add(head, GIVEN_UP, 1);
      use.outcome = 'unavailable';
      return undefined;
    }
    const admitted = this.#look(use);
    if (admitted) this.#write(use);
    this.#unlock(locks);
    // What allocates comes after the locks are free.
    for (let i = 0; i < this.limits.length; i++) {
      // What fitted a refused request was not taken.
      const spared = !admitted && this.#remaining[i] !== -1 && (use.exceeded & (1 << i)) === 0 ? (this.limits[i]?.cost ?? 0) : 0;
      use.remaining.push((this.#remaining[i] ?? -1) + spared);
      use.resetMs.push(this.#resetMs[i] ?? 0);
    }
    if (admitted && this.#leaseCount > 0) {
      const held: number[] = [];
      for (let i = 0; i < this.#leaseCount; i++) held.push(this.#leases[i] ?? 0);
      use.held = held;
    }
    use.outcome = admitted ? 'admitted' : 'refused';
    return undefined;
  }

  giveBack(use: LimitUse): void {
    const { locks, table, arrivals } = this.#parts;
    if (use.held !== undefined) this.end(use);
    this.#locate(use);
    if (!this.#lock(locks)) return;
    const nowMs = this.#at.monotonicUs / 1_000;
    for (const [i, limit] of this.limits.entries()) {
      if (use.keys[i] === undefined || (use.exceeded & (1 << i)) !== 0 || limit.kind === 'concurrency') continue;
      const [low, high] = [this.#low[i] ?? 0, this.#high[i] ?? 0];
      if (limit.kind === 'log') {
        arrivals[regionOf(low)]?.remove(limit, low, high);
        continue;
      }
      const index = table.find(low, high);
      if (index === -1) continue;
      table.read(index, this.#meter, nowMs);
      uncount(limit, costOf(use, i, limit), this.#meter, this.#at);
      const { a, b, c, expiresMs } = this.#meter;
      table.write(index, a, b, c, expiresMs);
    }
    this.#unlock(locks);
  }

  reset(use: LimitUse): undefined {
    const { locks, table, arrivals } = this.#parts;
    this.#locate(use);
    if (!this.#lock(locks)) return undefined;
    for (const [i, { kind }] of this.limits.entries()) {
      if (use.keys[i] === undefined || kind === 'concurrency') continue;
      const [low, high] = [this.#low[i] ?? 0, this.#high[i] ?? 0];
      if (kind === 'log') arrivals[regionOf(low)]?.forget(low, high);
      else {
        const index = table.find(low, high);
        if (index !== -1) table.write(index, 0, 0, 0, 0);
      }
    }
    this.#unlock(locks);
    return undefined;
  }

  end(use: LimitUse): void {
    const { locks, table, ledger } = this.#parts;
    const { held } = use;
    if (held === undefined) return;
    use.held = undefined;
    for (const lease of held) {
      const [low, high] = [ledger.low(lease), ledger.high(lease)];
      const stripe = LimitTable.stripeOf(low);
      const locked = locks.take(stripe);
      const index = locked ? table.find(low, high) : -1;
      if (index !== -1) {
        table.read(index, this.#meter, 0);
        const { a } = this.#meter;
        ledger.freeing(lease, a);
        table.write(index, Math.max(0, a - 1), 0, 0, a > 1 ? Number.POSITIVE_INFINITY : 0);
      }
      ledger.freed(lease);
      if (locked) locks.release(stripe);
    }
  }

  /** Hashes the keys, asks the clocks, and collects the numbers of the locks. */
  #locate({ keys }: LimitUse): void {
    const { hash, clocks } = this.#parts;
    const at = this.#at;
    at.monotonicUs = clocks.monotonicUs();
    at.wallMs = clocks.wallMs();
    this.#stripeCount = 0;
    for (let i = 0; i < this.limits.length; i++) {
      const key = keys[i];
      const prefix = this.#prefixes[i];
      if (key === undefined || prefix === undefined) continue;
      hash.resume(prefix).add(key).finish();
      // Two words of 0 are a place that was never used.
      const low = hash.low === 0 ? 1 : hash.low;
      this.#low[i] = low;
      this.#high[i] = hash.high;
      this.#periods[i]?.moveTo(at.wallMs);
      this.#addStripe(this.limits[i]?.kind === 'log' ? STRIPES + regionOf(low) : LimitTable.stripeOf(low));
    }
  }

  #addStripe(stripe: number): void {
    const stripes = this.#stripes;
    let at = this.#stripeCount;
    while (at > 0 && (stripes[at - 1] ?? 0) > stripe) at -= 1;
    if (at > 0 && stripes[at - 1] === stripe) return;
    for (let from = this.#stripeCount; from > at; from--) stripes[from] = stripes[from - 1] ?? 0;
    stripes[at] = stripe;
    this.#stripeCount += 1;
  }

  #lock(locks: LockStripes): boolean {
    for (let i = 0; i < this.#stripeCount; i++) {
      if (locks.take(this.#stripes[i] ?? 0)) continue;
      for (let taken = 0; taken < i; taken++) locks.release(this.#stripes[taken] ?? 0);
      return false;
    }
    return true;
  }

  #unlock(locks: LockStripes): void {
    for (let i = 0; i < this.#stripeCount; i++) locks.release(this.#stripes[i] ?? 0);
  }

  /** Looks at every counter; whether none that refuses is exceeded. */
  #look(use: LimitUse): boolean {
    const { table, arrivals } = this.#parts;
    const meter = this.#meter;
    const at = this.#at;
    const nowMs = at.monotonicUs / 1_000;
    let admitted = true;
    let longest = -1;
    table.begin();
    use.delayMs = 0;
    use.exceeded = 0;
    use.refusedBy = -1;
    for (let i = 0; i < this.limits.length; i++) {
      const limit = this.limits[i];
      if (limit === undefined || use.keys[i] === undefined) {
        this.#remaining[i] = -1;
        this.#resetMs[i] = 0;
        continue;
      }
      const [low, high] = [this.#low[i] ?? 0, this.#high[i] ?? 0];
      let fits: boolean;
      if (limit.kind === 'log') fits = arrivals[regionOf(low)]?.fits(limit, low, high, at.monotonicUs, meter) === true;
      else {
        const index = table.claim(low, high, nowMs);
        table.read(index, meter, nowMs);
        const periods = this.#periods[i];
        if (periods !== undefined) {
          at.periodStartMs = periods.startMs;
          at.periodEndMs = periods.endMs;
        }
        fits = count(limit, costOf(use, i, limit), meter, at);
        table.mark(index, !fits);
        this.#index[i] = index;
        const { a, b, c, expiresMs } = meter;
        this.#next[4 * i] = a;
        this.#next[4 * i + 1] = b;
        this.#next[4 * i + 2] = c;
        this.#next[4 * i + 3] = expiresMs;
      }
      this.#remaining[i] = meter.remaining;
      this.#resetMs[i] = meter.resetMs;
      if (fits) {
        if (meter.delayMs > use.delayMs) use.delayMs = meter.delayMs;
        continue;
      }
      use.exceeded |= 1 << i;
      if (!limit.refuses) continue;
      admitted = false;
      if (meter.resetMs > longest) {
        longest = meter.resetMs;
        use.refusedBy = i;
      }
    }
    return admitted;
  }

  /** Counts the admitted request. One that a limit would refuse, but must not, does not count there (RL-23). */
  #write(use: LimitUse): void {
    const { table, arrivals, ledger } = this.#parts;
    const next = this.#next;
    this.#leaseCount = 0;
    for (let i = 0; i < this.limits.length; i++) {
      const limit = this.limits[i];
      if (limit === undefined || use.keys[i] === undefined || (!limit.soft && (use.exceeded & (1 << i)) !== 0)) continue;
      const [low, high] = [this.#low[i] ?? 0, this.#high[i] ?? 0];
      if (limit.kind === 'log') {
        arrivals[regionOf(low)]?.add(limit, low, high, this.#at.monotonicUs);
        continue;
      }
      const index = this.#index[i] ?? 0;
      const a = next[4 * i] ?? 0;
      const lease = limit.kind === 'concurrency' ? ledger.taking(index, low, high, a - 1) : -1;
      table.write(index, a, next[4 * i + 1] ?? 0, next[4 * i + 2] ?? 0, next[4 * i + 3] ?? 0);
      if (lease === -1) continue;
      ledger.held(lease);
      this.#leases[this.#leaseCount++] = lease;
    }
  }
}

/** What a use takes of a limit, in its unit. */
function costOf({ times }: LimitUse, index: number, { cost }: Limit): number {
  return times === undefined ? cost : cost * (times[index] ?? 0);
}
