/** One slot; deadlines are met this much too late at most. */
const SLOT_MS = 16;
/** 16 s around the wheel; later deadlines are looked at once a round. */
const SLOTS = 1_024;

/** A link of a ring; alone it points to itself. */
class Link {
  next: Link = this;
  previous: Link = this;

  unlink(): void {
    this.next.previous = this.previous;
    this.previous.next = this.next;
    this.next = this;
    this.previous = this;
  }
}

/** Something with a deadline. It is in the wheel at most once, and costs no timer and no closure. */
export abstract class WheelEntry extends Link {
  /** The time given to `add` has come, or the wheel has gone round once: look, and `add` again if it is too early. */
  abstract due(now: number): void;
}

/**
 * All deadlines of a thread behind one timer, which runs only while there are any. Adding and removing are a few assignments, so that a
 * request whose deadline is never met costs next to nothing.
 *
 * @param clock monotonic, milliseconds
 */
export class TimerWheel {
  readonly #clock: () => number;
  readonly #slots: readonly Link[] = Array.from({ length: SLOTS }, () => new Link());
  #timer: NodeJS.Timeout | undefined;
  #ticking = false;
  /** The last slot that was emptied, counted from the clock's zero. */
  #cursor = 0;
  #entries = 0;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** @param at when to look, on the clock; a time that has passed is looked at with the next slot */
  add(entry: WheelEntry, at: number): void {
    if (entry.next !== entry) this.remove(entry);
    if (!this.#ticking) this.#start();
    const slot = Math.min(Math.max(Math.ceil(at / SLOT_MS), this.#cursor + 1), this.#cursor + SLOTS - 1);
    const ring = this.#slots[slot % SLOTS];
    if (ring === undefined) return;
    entry.previous = ring.previous;
    entry.next = ring;
    ring.previous.next = entry;
    ring.previous = entry;
    this.#entries += 1;
  }

  /** Does nothing when the entry is not in the wheel. */
  remove(entry: WheelEntry): void {
    if (entry.next === entry) return;
    entry.unlink();
    this.#entries -= 1;
  }

  /** How many entries wait. */
  get size(): number {
    return this.#entries;
  }

  #start(): void {
    this.#ticking = true;
    this.#cursor = Math.floor(this.#clock() / SLOT_MS);
    if (this.#timer === undefined) this.#timer = setTimeout(() => this.#tick(), SLOT_MS).unref();
    else this.#timer.refresh();
  }

  #tick(): void {
    const now = this.#clock();
    const last = Math.floor(now / SLOT_MS);
    // After a pause of the thread every slot is looked at once, not once for each round that was missed.
    let slot = Math.max(this.#cursor, last - SLOTS);
    this.#cursor = last;
    while (slot < last) {
      slot += 1;
      this.#empty(this.#slots[slot % SLOTS], now);
    }
    if (this.#entries > 0) this.#timer?.refresh();
    else this.#ticking = false;
  }

  #empty(ring: Link | undefined, now: number): void {
    if (ring === undefined || ring.next === ring) return;
    // Entries that are added meanwhile come into later slots, or at worst into this ring again: only those here now are looked at.
    const fired = new Link();
    fired.next = ring.next;
    fired.previous = ring.previous;
    fired.next.previous = fired;
    fired.previous.next = fired;
    ring.next = ring;
    ring.previous = ring;
    while (fired.next !== fired) {
      const entry = fired.next;
      entry.unlink();
      this.#entries -= 1;
      if (entry instanceof WheelEntry) entry.due(now);
    }
  }
}
