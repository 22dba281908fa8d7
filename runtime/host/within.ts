import { type TimerWheel, WheelEntry } from './timer-wheel.ts';

/** What waits for a promise, but not for ever. */
class Deadline extends WheelEntry {
  readonly #wheel: TimerWheel;
  readonly #at: number;
  readonly #missed: () => void;

  constructor(wheel: TimerWheel, at: number, missed: () => void) {
    super();
    this.#wheel = wheel;
    this.#at = at;
    this.#missed = missed;
  }

  due(now: number): void {
    if (now < this.#at) this.#wheel.add(this, this.#at);
    else this.#missed();
  }
}

/** What a promise gives, or `late` when it has given nothing until an instant of the wheel's clock. Costs no timer of its own. */
export async function within<T>(wheel: TimerWheel, promise: Promise<T>, at: number, late: T): Promise<T> {
  const missed = Promise.withResolvers<T>();
  const deadline = new Deadline(wheel, at, () => missed.resolve(late));
  wheel.add(deadline, at);
  try {
    return await Promise.race([promise, missed.promise]);
  } finally {
    wheel.remove(deadline);
  }
}
