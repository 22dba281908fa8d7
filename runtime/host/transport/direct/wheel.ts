/** Something that wants to be looked at from time to time. */
export interface WheelEntry {
  /** Set by the wheel: the turn in which it is looked at next, -1 = never. */
  turn: number;
  /** Does what is due. Returns when to look again, on the clock of the wheel, or undefined for never. */
  check(now: number): number | undefined;
}

const SLOTS = 128;

/**
 * All timeouts of a thread with one timer: entries stand in the slot of the turn in which they are looked at. An entry whose deadline
 * moved on in the meantime, as that of a busy connection always has, is put into a later slot then: so a request costs the wheel nothing.
 */
export class Wheel {
  readonly #slots: Set<WheelEntry>[] = Array.from({ length: SLOTS }, () => new Set());
  readonly #turnMs: number;
  readonly #now: () => number;
  readonly #startedAt: number;
  #turn = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param turnMs how often the wheel turns: how late a check can be */
  constructor(turnMs: number, now: () => number) {
    this.#turnMs = turnMs;
    this.#now = now;
    this.#startedAt = now();
  }

  /** Sets the timer; it does not keep the process alive. */
  start(): void {
    this.#timer ??= setInterval(() => this.turn(), this.#turnMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Sees to it that an entry is looked at not later than in the turn of `at`. */
  sooner(entry: WheelEntry, at: number): void {
    const turn = this.#turnOf(at);
    if (entry.turn !== -1 && entry.turn <= turn) return;
    this.remove(entry);
    this.#add(entry, turn);
  }

  remove(entry: WheelEntry): void {
    if (entry.turn !== -1) this.#slots[entry.turn % SLOTS]?.delete(entry);
    entry.turn = -1;
  }

  /** Looks at the entries of every turn that has passed. */
  turn(): void {
    const now = this.#now();
    const last = Math.floor((now - this.#startedAt) / this.#turnMs);
    while (this.#turn < last) {
      this.#turn += 1;
      const slot = this.#slots[this.#turn % SLOTS];
      if (slot === undefined || slot.size === 0) continue;
      const due = [...slot];
      slot.clear();
      for (const entry of due) entry.turn = -1;
      for (const entry of due) {
        const at = entry.check(now);
        if (at !== undefined) this.sooner(entry, at);
      }
    }
  }

  #turnOf(at: number): number {
    const turn = Math.ceil((at - this.#startedAt) / this.#turnMs);
    return Math.min(Math.max(turn, this.#turn + 1), this.#turn + SLOTS - 1);
  }

  #add(entry: WheelEntry, turn: number): void {
    entry.turn = turn;
    this.#slots[turn % SLOTS]?.add(entry);
  }
}
