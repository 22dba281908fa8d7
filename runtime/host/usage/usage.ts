import type { RouteFacts } from './route-facts.ts';

/** How a request ended; aborted: the client left before the answer began. */
export const USAGE_CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx', 'aborted'] as const;

export type UsageClass = (typeof USAGE_CLASSES)[number];

/** Requests of one consumer to one version of one route on one day. */
export interface UsageRow {
  /** Names the row. */
  readonly key: string;
  /** `-` for who is not known. */
  readonly consumer: string;
  /** Id of the route. */
  readonly route: string;
  /** What the build says of the route; undefined for one that no bundle of this process has had. */
  readonly facts: RouteFacts | undefined;
  /** `2026-11-23`, UTC. */
  readonly day: string;
  readonly requests: number;
  /** By `USAGE_CLASSES`, in their order. */
  readonly counts: readonly number[];
  /** When the last one was counted, ISO 8601. */
  readonly lastSeen: string;
}

/** What a thread has counted since it last told main: requests by class (in the order of `USAGE_CLASSES`), by consumer, by route. */
export type UsageDelta = readonly (readonly [route: string, consumer: string, counts: readonly number[]])[];

/** Requests of one class that were counted since the last were taken (PR-7). */
export interface UsageChange {
  readonly row: UsageRow;
  readonly class: UsageClass;
  readonly requests: number;
}

interface Counted {
  readonly key: string;
  readonly consumer: string;
  readonly route: string;
  readonly day: string;
  facts: RouteFacts | undefined;
  lastSeenMs: number;
  readonly counts: number[];
  /** How many of `counts` were taken by `takeChanges`. */
  readonly taken: number[];
}

/** Rows kept. When they are full, those of the oldest day go; on their first day what comes after them is counted for `(other)`. */
const MOST_ROWS = 100_000;
/** Whose requests are many consumers'. */
export const OTHER_CONSUMERS = '(other)';
/** Whose requests nobody's are. */
export const UNKNOWN_CONSUMER = '-';

/** LC-5, PR-7: who uses what, of all threads. Held by main; survives reloads and the death of a thread. */
export class Usage {
  /** Oldest day first. */
  readonly #rows = new Map<string, Counted>();
  readonly #changed = new Set<Counted>();
  readonly #clock: () => number;
  readonly #describe: (route: string) => RouteFacts | undefined;
  readonly #most: number;

  /**
   * @param clock milliseconds since the epoch
   * @param describe what the running bundle says of a route
   */
  constructor(clock: () => number, describe: (route: string) => RouteFacts | undefined, most = MOST_ROWS) {
    this.#clock = clock;
    this.#describe = describe;
    this.#most = most;
  }

  /** @returns the rows that were touched, as they are now */
  add(delta: UsageDelta): readonly UsageRow[] {
    const now = this.#clock();
    const day = new Date(now).toISOString().slice(0, 10);
    return delta.map(([route, consumer, counts]) => {
      const row = this.#row(day, route, consumer);
      for (const [index, requests] of counts.entries()) row.counts[index] = (row.counts[index] ?? 0) + requests;
      row.lastSeenMs = now;
      this.#changed.add(row);
      return shown(row);
    });
  }

  /**
   * The rows in the order in which they were begun, so those of a day stand together.
   *
   * @param after key of a row: those behind it; undefined = all
   * @returns undefined when there is no such row any more
   */
  rows(after?: string): Iterable<UsageRow> | undefined {
    return after === undefined || this.#rows.has(after) ? this.#behind(after) : undefined;
  }

  *#behind(after: string | undefined): Iterable<UsageRow> {
    let isBehind = after === undefined;
    for (const row of this.#rows.values()) {
      if (isBehind) yield shown(row);
      else isBehind = row.key === after;
    }
  }

  /** What was counted since the last call, at most so many changes; empty when all were taken. */
  takeChanges(most: number): readonly UsageChange[] {
    const changes: UsageChange[] = [];
    for (const row of this.#changed) {
      if (changes.length + USAGE_CLASSES.length > most) break;
      this.#changed.delete(row);
      for (const [index, name] of USAGE_CLASSES.entries()) {
        const counted = row.counts[index] ?? 0;
        const requests = counted - (row.taken[index] ?? 0);
        row.taken[index] = counted;
        if (requests > 0) changes.push({ row: shown(row), class: name, requests });
      }
    }
    return changes;
  }

  #row(day: string, route: string, consumer: string): Counted {
    const facts = this.#describe(route);
    const keyOf = (who: string): string => JSON.stringify([day, route, facts?.version ?? null, who]);
    const known = this.#rows.get(keyOf(consumer));
    if (known !== undefined) return known;
    if (this.#rows.size >= this.#most) this.#forgetOldest(day);
    const counted = this.#rows.size >= this.#most ? OTHER_CONSUMERS : consumer;
    const key = keyOf(counted);
    const row = this.#rows.get(key) ?? { key, consumer: counted, route, day, facts, lastSeenMs: 0, counts: [], taken: [] };
    this.#rows.set(key, row);
    return row;
  }

  /** The rows of the oldest day, when it is over. */
  #forgetOldest(today: string): void {
    const oldest = this.#rows.values().next().value?.day;
    if (oldest === undefined || oldest >= today) return;
    for (const [key, row] of this.#rows) {
      if (row.day !== oldest) return;
      this.#rows.delete(key);
      this.#changed.delete(row);
    }
  }
}

function shown({ key, consumer, route, day, facts, lastSeenMs, counts }: Counted): UsageRow {
  const all = USAGE_CLASSES.map((_, index) => counts[index] ?? 0);
  return {
    ...{ key, consumer, route, facts, day },
    requests: all.reduce((sum, requests) => sum + requests, 0),
    counts: all,
    lastSeen: new Date(lastSeenMs).toISOString(),
  };
}
