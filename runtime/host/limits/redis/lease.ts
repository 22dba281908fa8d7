import { type TimerWheel, WheelEntry } from '../../timer-wheel.ts';

/** So long what was taken ahead may be used; what is left is given back. Milliseconds. */
const LIFE_MS = 1_000;
/** Before that: giving back takes a moment, and in the next window it would be taken for the window's own. */
const MARGIN_MS = 250;
/** Of what may be used at once, all leases of all instances together hold at most one in so many (RL-21). */
const SHARE = 10;

/** What a lease does once it is over. */
export interface LeaseOwner {
  readonly wheel: TimerWheel;
  now(): number;
  /** The lease is empty and nobody has asked for it in a while. */
  over(lease: Lease): void;
  /** Nobody used these of what was taken, in the unit of the limit. */
  unused(lease: Lease, units: number): void;
}

/**
 * What this thread has taken of one counter ahead of the requests (RL-21). It grows while it is used up, as far as its share goes, and
 * shrinks to what was used.
 */
export class Lease extends WheelEntry {
  readonly key: string;
  readonly #owner: LeaseOwner;
  /** What may still be used, in the unit of the limit. */
  units = 0;
  /** A request asks for more at the moment. */
  asking = false;
  /** As Redis said when more was taken; what is leased is not among it. */
  #remaining = 0;
  #resetAt = 0;
  #untilMs = 0;
  /** How many requests to take for next time. */
  #next = 1;
  #used = 0;

  constructor(owner: LeaseOwner, key: string) {
    super();
    this.#owner = owner;
    this.key = key;
  }

  /**
   * How many requests to ask for, this one included.
   *
   * @param most how many requests the counter lets through at once
   * @param holders threads of all instances
   */
  timesOf(most: number, holders: number): number {
    this.#next = Math.max(1, Math.min(this.#next, Math.floor(most / (SHARE * holders))));
    if (this.next === this) this.#owner.wheel.add(this, this.#owner.now() + LIFE_MS);
    return this.asking ? 1 : this.#next;
  }

  /** What was asked for was there: more of it next time, or less when it was not. */
  asked(isThere: boolean): void {
    this.#next = isThere ? this.#next * 2 : Math.max(1, this.#next >> 1);
  }

  /** Uses some, if they are there. */
  use(units: number): boolean {
    this.#expire();
    if (this.units < units) return false;
    this.units -= units;
    this.#used += units;
    return true;
  }

  /** A request that had used these is not let through. */
  giveBack(units: number): void {
    if (this.#owner.now() >= this.#untilMs) return;
    this.units += units;
    this.#used -= units;
  }

  /**
   * More was taken.
   *
   * @param remaining what Redis has left
   * @param resetMs until when what is taken counts in this window, or how long a bucket takes to fill
   * @param askedAt when it was asked for: Redis has counted it later
   */
  fill(units: number, remaining: number, resetMs: number, askedAt: number): void {
    this.#expire();
    this.units += units;
    this.#remaining = remaining;
    this.#resetAt = askedAt + resetMs;
    this.#untilMs = Math.min(askedAt + LIFE_MS, this.#resetAt);
    this.#owner.wheel.add(this, Math.max(askedAt, this.#untilMs - MARGIN_MS));
  }

  #expire(): void {
    if (this.#owner.now() >= this.#untilMs) this.units = 0;
  }

  get remaining(): number {
    return this.#remaining + this.units;
  }

  get resetMs(): number {
    return Math.max(0, this.#resetAt - this.#owner.now());
  }

  override due(now: number): void {
    const { units } = this;
    this.units = 0;
    const isInTime = now < this.#untilMs;
    if (units > 0 && isInTime) this.#owner.unused(this, units);
    if (this.#used === 0) {
      this.#owner.over(this);
      return;
    }
    if (units > 0) this.#next = Math.max(1, Math.ceil(this.#next / 2));
    this.#used = 0;
    this.#owner.wheel.add(this, now + LIFE_MS);
  }
}
