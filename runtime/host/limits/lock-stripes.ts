/** A lock that is free. */
const FREE = 0;
/** Set while somebody waits for a lock. */
const WAITED = 0x4000_0000;
/** Tries before a thread sleeps: about 2 µs; a decision takes 0.2. */
const SPINS = 200;
/** A sleeping thread looks again after this long, though the lock's owner may have died without a word. */
const NAP_MS = 2;
/** Main frees the locks of a dead thread as soon as it hears of it. Who has waited this long does without. */
const NAPS = 100;
/** One cache line a lock. */
const STRIDE = 16;

/** Bytes of so many locks. */
export function lockBytes(stripes: number): number {
  return stripes * STRIDE * Int32Array.BYTES_PER_ELEMENT;
}

/**
 * Locks in shared memory. Each holds the number of the thread that has it, so that main can free those of a thread that died. Take several
 * in the order of their numbers only.
 */
export class LockStripes {
  readonly #words: Int32Array;
  readonly #owner: number;

  /** @param thread number of the calling thread, 0 = main */
  constructor(words: Int32Array, thread: number) {
    this.#words = words;
    this.#owner = thread + 1;
  }

  /** @returns false when somebody has held it for too long */
  take(stripe: number): boolean {
    const words = this.#words;
    const at = stripe * STRIDE;
    const owner = this.#owner;
    if (Atomics.compareExchange(words, at, FREE, owner) === FREE) return true;
    for (let spin = 0; spin < SPINS; spin++) {
      if (Atomics.load(words, at) === FREE && Atomics.compareExchange(words, at, FREE, owner) === FREE) return true;
    }
    for (let nap = 0; nap < NAPS; nap++) {
      const seen = Atomics.load(words, at);
      // Once waited for, a lock stays marked until it is free: it is taken with the mark, since others may still sleep.
      if (seen === FREE) {
        if (Atomics.compareExchange(words, at, FREE, owner | WAITED) === FREE) return true;
      } else if ((seen & WAITED) !== 0 || Atomics.compareExchange(words, at, seen, seen | WAITED) === seen) {
        Atomics.wait(words, at, seen | WAITED, NAP_MS);
      }
    }
    return false;
  }

  release(stripe: number): void {
    const at = stripe * STRIDE;
    if ((Atomics.exchange(this.#words, at, FREE) & WAITED) !== 0) Atomics.notify(this.#words, at);
  }

  /** Frees every lock of a thread that is no more. Only main, and only after the thread has exited. */
  freeOf(thread: number): void {
    for (let at = 0; at < this.#words.length; at += STRIDE) {
      const word = Atomics.load(this.#words, at);
      if ((word & ~WAITED) === thread + 1) this.release(at / STRIDE);
    }
  }

  /** Whether a thread that is no more has this lock. */
  isHeldBy(stripe: number, thread: number): boolean {
    return (Atomics.load(this.#words, stripe * STRIDE) & ~WAITED) === thread + 1;
  }
}
