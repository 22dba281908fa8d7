import { Recent } from './recent.ts';

const PER_SECOND = 50;
const BURST = 100;
const ADDRESSES = 10_000;

interface Bucket {
  failures: number;
  atMs: number;
}

/**
 * How many credentials of an address were wrong of late (JW-11): a token that is not remembered costs 40 to 120 microseconds, so forged ones
 * must not fill a core. One per thread.
 */
export class Failures {
  readonly #now: () => number;
  readonly #buckets = new Recent<Bucket>(ADDRESSES);
  readonly #perMs: number;
  readonly #burst: number;

  /**
   * @param now monotonic, milliseconds
   * @param perSecond how many are forgotten in a second
   */
  constructor(now: () => number, perSecond: number = PER_SECOND, burst: number = BURST) {
    this.#now = now;
    this.#perMs = perSecond / 1_000;
    this.#burst = burst;
  }

  /** Whether the next credential of this address is looked at. */
  allows(address: string): boolean {
    const bucket = this.#buckets.get(address);
    return bucket === undefined || this.#left(bucket) < this.#burst;
  }

  count(address: string): void {
    const bucket = this.#buckets.get(address);
    const failures = bucket === undefined ? 1 : this.#left(bucket) + 1;
    this.#buckets.set(address, { failures, atMs: this.#now() });
  }

  #left({ failures, atMs }: Bucket): number {
    return Math.max(0, failures - (this.#now() - atMs) * this.#perMs);
  }
}
