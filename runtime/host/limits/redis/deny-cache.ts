/** More would cost memory; the oldest go first. */
const MOST = 10_000;

/** Keys that are exhausted, until when (RL-22): an attack on one of them costs no traffic to the store. */
export class DenyCache {
  readonly #until = new Map<string, number>();

  /** How long a key is still exhausted, milliseconds; 0 = it is not. */
  left(key: string, nowMs: number): number {
    const until = this.#until.get(key);
    if (until === undefined) return 0;
    if (until > nowMs) return until - nowMs;
    this.#until.delete(key);
    return 0;
  }

  add(key: string, untilMs: number): void {
    if (this.#until.size >= MOST) {
      const [oldest] = this.#until.keys();
      if (oldest !== undefined) this.#until.delete(oldest);
    }
    this.#until.set(key, untilMs);
  }

  clear(): void {
    this.#until.clear();
  }

  remove(key: string): void {
    this.#until.delete(key);
  }
}
