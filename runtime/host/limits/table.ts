import type { Meter } from '../../limits/meter.ts';
import { type LimitMemory, STATE_WORDS, STRIPES } from './layout.ts';

/** How far from its home an entry may lie, in entries: 4 cache lines of keys. */
const REACH = 32;
/** Homes are this far apart: one cache line of keys. */
const STEP = 8;
/** A counter that was just begun is not taken for an expired one until it is written. */
const BEGUN_MS = 60_000;
/** Most limits of a request. */
const MOST = 16;
const EVICTIONS = 4;

/**
 * The counters of all threads, found by a 64-bit hash: each stripe has its own share of the entries, and a key lies within reach of its
 * home there. Nothing moves and nothing is deleted: what has expired is written over, and where nothing has, what would expire first
 * makes room, a counter that refuses last of all (RL-24). Call under the lock of the stripe. Allocates nothing.
 */
export class LimitTable {
  readonly #memory: LimitMemory;
  readonly #perStripe: number;
  /** Begun by the decision at hand: they are not written over by its other limits. */
  readonly #begun = new Int32Array(MOST);
  #begunCount = 0;

  constructor(memory: LimitMemory) {
    this.#memory = memory;
    this.#perStripe = memory.marks.length / STRIPES;
  }

  static stripeOf(low: number): number {
    return low & (STRIPES - 1);
  }

  /** A decision begins. */
  begin(): void {
    this.#begunCount = 0;
  }

  /** Index of a counter; -1 when there is none. */
  find(low: number, high: number): number {
    const { keys } = this.#memory;
    const size = this.#perStripe;
    const base = LimitTable.stripeOf(low) * size;
    const reach = Math.min(REACH, size);
    let at = (high >>> 3) & (size - 1) & ~(STEP - 1);
    for (let step = 0; step < reach; step++) {
      const index = base + at;
      if (keys[2 * index] === low && keys[2 * index + 1] === high) return index;
      at = (at + 1) & (size - 1);
    }
    return -1;
  }

  /** Index of a counter, a new one when there is none. */
  claim(low: number, high: number, nowMs: number): number {
    const known = this.find(low, high);
    const index = known === -1 ? this.#make(low, high, nowMs) : known;
    this.#begun[this.#begunCount++] = index;
    return index;
  }

  #make(low: number, high: number, nowMs: number): number {
    const { keys, state, marks, head } = this.#memory;
    const size = this.#perStripe;
    const base = LimitTable.stripeOf(low) * size;
    const reach = Math.min(REACH, size);
    let at = (high >>> 3) & (size - 1) & ~(STEP - 1);
    let chosen = -1;
    let chosenExpiry = Number.POSITIVE_INFINITY;
    for (let step = 0; step < reach; step++) {
      const index = base + at;
      at = (at + 1) & (size - 1);
      const expiry = state[STATE_WORDS * index + 3] ?? 0;
      if (expiry <= nowMs) {
        chosen = index;
        chosenExpiry = expiry;
        break;
      }
      // A year later: what refuses, or is held, makes room only where all else does.
      const order = marks[index] === 1 ? expiry + 3.2e10 : expiry;
      if ((chosen === -1 || order < chosenExpiry) && !this.#isBegun(index)) {
        chosen = index;
        chosenExpiry = order;
      }
    }
    if (chosenExpiry > nowMs) Atomics.add(head, EVICTIONS, 1);
    keys[2 * chosen] = low;
    keys[2 * chosen + 1] = high;
    marks[chosen] = 0;
    state.fill(0, STATE_WORDS * chosen, STATE_WORDS * chosen + 3);
    state[STATE_WORDS * chosen + 3] = nowMs + BEGUN_MS;
    return chosen;
  }

  #isBegun(index: number): boolean {
    for (let at = 0; at < this.#begunCount; at++) if (this.#begun[at] === index) return true;
    return false;
  }

  /** Reads a counter; one that has expired reads as new. */
  read(index: number, meter: Meter, nowMs: number): void {
    const { state } = this.#memory;
    const at = STATE_WORDS * index;
    const live = (state[at + 3] ?? 0) > nowMs;
    meter.a = live ? (state[at] ?? 0) : 0;
    meter.b = live ? (state[at + 1] ?? 0) : 0;
    meter.c = live ? (state[at + 2] ?? 0) : 0;
    meter.expiresMs = state[at + 3] ?? 0;
  }

  write(index: number, a: number, b: number, c: number, expiresMs: number): void {
    const { state } = this.#memory;
    const at = STATE_WORDS * index;
    state[at] = a;
    state[at + 1] = b;
    state[at + 2] = c;
    state[at + 3] = expiresMs;
  }

  /** Whether it refused when it was last asked. */
  mark(index: number, refuses: boolean): void {
    this.#memory.marks[index] = refuses ? 1 : 0;
  }
}
