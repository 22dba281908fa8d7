/** Requests of one consumer to one route on one day. */
export interface UsageRow {
  /** `-` for who is not known. */
  readonly consumer: string;
  /** Id of the route. */
  readonly route: string;
  /** `2026-11-23`, UTC. */
  readonly day: string;
  readonly requests: number;
  /** When the last one was counted, ISO 8601. */
  readonly lastSeen: string;
}

/** What a thread has counted since it last told main: requests by consumer, by route. */
export type UsageDelta = readonly (readonly [route: string, consumer: string, requests: number])[];

/** Rows kept; what comes after them is counted for the consumer `(other)`. */
const MOST_ROWS = 100_000;
const OTHER = '(other)';

/** LC-5: who uses what, of all threads. Held by main; survives reloads and the death of a thread. */
export class Usage {
  readonly #rows = new Map<string, { row: Omit<UsageRow, 'requests' | 'lastSeen'>; requests: number; lastSeen: number }>();
  readonly #clock: () => number;

  /** @param clock milliseconds since the epoch */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  add(delta: UsageDelta): void {
    const now = this.#clock();
    const day = new Date(now).toISOString().slice(0, 10);
    for (const [route, consumer, requests] of delta) {
      const full = this.#rows.size >= MOST_ROWS && !this.#rows.has(JSON.stringify([day, route, consumer]));
      const counted = full ? OTHER : consumer;
      const key = JSON.stringify([day, route, counted]);
      const known = this.#rows.get(key) ?? { row: { consumer: counted, route, day }, requests: 0, lastSeen: 0 };
      known.requests += requests;
      known.lastSeen = now;
      this.#rows.set(key, known);
    }
  }

  /** Sorted by day, route and consumer. */
  rows(): readonly UsageRow[] {
    return [...this.#rows]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { row, requests, lastSeen }]) => ({ ...row, requests, lastSeen: new Date(lastSeen).toISOString() }));
  }
}
