import { type TimerWheel, WheelEntry } from '../../timer-wheel.ts';

/** Redis took too long. */
export class Late extends Error {}

class Deadline extends WheelEntry {
  readonly #passed: () => void;
  readonly #at: number;
  readonly #wheel: TimerWheel;

  constructor(wheel: TimerWheel, at: number, passed: () => void) {
    super();
    this.#wheel = wheel;
    this.#at = at;
    this.#passed = passed;
  }

  due(now: number): void {
    if (now < this.#at) this.#wheel.add(this, this.#at);
    // What arrived while this thread was busy is read first.
    else setImmediate(this.#passed);
  }
}

/**
 * Waits for an answer of Redis, but not for ever. All that wait share one timer.
 *
 * @param now the clock of the wheel
 * @throws Late when the time is over
 */
export async function inTime<T>(
  work: Promise<T>,
  wheel: TimerWheel,
  timeoutMs: number,
  now: () => number = () => performance.now(),
): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const at = now() + timeoutMs;
  const deadline = new Deadline(wheel, at, () => reject(new Late()));
  wheel.add(deadline, at);
  try {
    return await Promise.race([work, promise]);
  } finally {
    wheel.remove(deadline);
  }
}
