import { type TimerWheel, WheelEntry } from '../../timer-wheel.ts';

/** Has a connection looked at when something may be due: never later than it was told, and again when the look says so. */
export class Deadlines extends WheelEntry {
  readonly #wheel: TimerWheel;
  readonly #look: (now: number) => number | undefined;
  /** When the wheel looks next. */
  #dueAt = Number.POSITIVE_INFINITY;

  /** @param look says when to look again; undefined = when it is told */
  constructor(wheel: TimerWheel, look: (now: number) => number | undefined) {
    super();
    this.#wheel = wheel;
    this.#look = look;
  }

  lookAt(at: number): void {
    if (at >= this.#dueAt) return;
    this.#dueAt = at;
    this.#wheel.add(this, at);
  }

  /** Looks no more, whatever it is told. */
  stop(): void {
    this.#dueAt = Number.NEGATIVE_INFINITY;
    this.#wheel.remove(this);
  }

  override due(now: number): void {
    if (now < this.#dueAt) {
      // One round of the wheel is shorter than most deadlines.
      this.#wheel.add(this, this.#dueAt);
      return;
    }
    this.#dueAt = Number.POSITIVE_INFINITY;
    const next = this.#look(now);
    if (next !== undefined) this.lookAt(Math.max(next, now + 1));
  }
}
