const MINUTE_MS = 60_000;
const MOST = 10;

/** Wrong credentials by address, minute by minute (AD-2): who shows too many may not go on guessing. */
export class MinuteFailures {
  readonly #now: () => number;
  readonly #counts = new Map<string, number>();
  #minute = 0;

  /** @param now monotonic, milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts one. @returns whether its address has shown too many within the minute */
  add(address: string): boolean {
    this.#turn();
    this.#counts.set(address, (this.#counts.get(address) ?? 0) + 1);
    return this.tooMany(address);
  }

  tooMany(address: string): boolean {
    this.#turn();
    return (this.#counts.get(address) ?? 0) > MOST;
  }

  #turn(): void {
    const minute = Math.floor(this.#now() / MINUTE_MS);
    if (minute !== this.#minute) this.#counts.clear();
    this.#minute = minute;
  }
}
