/** Failures in a row that open it. */
const FAILURES = 5;
/** How long nobody asks then; afterwards one does. Milliseconds. */
const OPEN_MS = 1_000;

/** Keeps an outage of the store cheap (RL-20): after a few failures nobody waits for it, and one request a second tries it again. */
export class Breaker {
  readonly #now: () => number;
  #failures = 0;
  #closedAt = 0;

  /** @param now monotonic, milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether nobody waits for the store. */
  get isOpen(): boolean {
    return this.#failures >= FAILURES;
  }

  /** Whether to ask now; with an open breaker one request a second is told to. */
  mayAsk(): boolean {
    if (this.#failures < FAILURES) return true;
    const now = this.#now();
    if (now < this.#closedAt) return false;
    this.#closedAt = now + OPEN_MS;
    return true;
  }

  failed(): void {
    this.#failures += 1;
    if (this.#failures === FAILURES) this.#closedAt = this.#now() + OPEN_MS;
  }

  succeeded(): void {
    this.#failures = 0;
  }
}
