/** Slots that the exchanges of one thread may hold together. */
const LEASES = 32_768;
/** State, stripe, index of the counter, low, high, and what the counter said before. */
const LEASE_WORDS = 6;
const [STATE, INDEX, LOW, HIGH, BEFORE] = [0, 1, 2, 3, 4] as const;
/** The state of a lease. Between `taking` and `held`, and between `freeing` and free, its thread has the lock of the counter. */
const [NONE, TAKING, HELD, FREEING] = [0, 1, 2, 3] as const;

export const LEDGER_BYTES = LEASES * LEASE_WORDS * 4;

/** What a thread holds of one counter. */
export interface Lease {
  readonly index: number;
  readonly low: number;
  readonly high: number;
  /** What the counter must say if the change that was under way had not begun (taking), or had ended (freeing). */
  readonly restored: number | undefined;
}

/**
 * Which slots of concurrency limits a thread holds (RL-7, RL-24): one column for each thread, which it alone writes. When it dies, main
 * gives everything back that stands in its column. Every change is written here before and after it is made, so that whatever moment the
 * thread is killed in, main can tell what was done.
 */
export class Ledger {
  readonly #words: Int32Array;
  /** Leases that are free, as a stack. Only the thread itself needs it. */
  readonly #free: Int32Array | undefined;
  #freeCount = 0;

  /** @param own the column is that of the calling thread, which has just begun */
  constructor({ buffer, offset }: { readonly buffer: SharedArrayBuffer; readonly offset: number }, own: boolean) {
    this.#words = new Int32Array(buffer, offset, LEASES * LEASE_WORDS);
    if (!own) return;
    this.#free = new Int32Array(LEASES);
    for (let lease = LEASES - 1; lease >= 0; lease--) this.#free[this.#freeCount++] = lease;
  }

  get room(): number {
    return this.#freeCount;
  }

  /** The counter is about to rise from `before`. Call under its lock, with room. */
  taking(index: number, low: number, high: number, before: number): number {
    this.#freeCount -= 1;
    const lease = this.#free?.[this.#freeCount] ?? 0;
    const at = lease * LEASE_WORDS;
    const words = this.#words;
    words[at + INDEX] = index;
    words[at + LOW] = low;
    words[at + HIGH] = high;
    words[at + BEFORE] = before;
    words[at + STATE] = TAKING;
    return lease;
  }

  held(lease: number): void {
    this.#words[lease * LEASE_WORDS + STATE] = HELD;
  }

  low(lease: number): number {
    return this.#words[lease * LEASE_WORDS + LOW] ?? 0;
  }

  high(lease: number): number {
    return this.#words[lease * LEASE_WORDS + HIGH] ?? 0;
  }

  /** The counter is about to fall from `before`. Call under its lock. */
  freeing(lease: number, before: number): void {
    this.#words[lease * LEASE_WORDS + BEFORE] = before;
    this.#words[lease * LEASE_WORDS + STATE] = FREEING;
  }

  freed(lease: number): void {
    this.#words[lease * LEASE_WORDS + STATE] = NONE;
    if (this.#free !== undefined) this.#free[this.#freeCount++] = lease;
  }

  /** Empties the column of a thread that is no more, and tells what it held. */
  *bury(): Generator<Lease> {
    const words = this.#words;
    for (let at = 0; at < words.length; at += LEASE_WORDS) {
      const state = words[at + STATE] ?? NONE;
      if (state === NONE) continue;
      const before = words[at + BEFORE] ?? 0;
      const restored = state === TAKING ? before : state === FREEING ? Math.max(0, before - 1) : undefined;
      yield { index: words[at + INDEX] ?? 0, low: words[at + LOW] ?? 0, high: words[at + HIGH] ?? 0, restored };
      words[at + STATE] = NONE;
    }
  }
}
