/** So many decisions without the store within `CALM_MS` mean that it is away, though it answers others. */
const FAILURES = 5;
/** After so long without one it is back. Milliseconds. */
const CALM_MS = 1_000;

/** Who is told how the store is. */
export interface StoreWatch {
  /** A decision was made without the store. */
  missed(): void;
  /** Once when it goes and once when it returns, however many requests notice. */
  away(isAway: boolean): void;
}

/**
 * Whether the store is away (RL-20). A part of a Cluster that is away fails some decisions and not others, so one answer does not bring it
 * back: nothing must have failed for a while.
 */
export class StoreHealth {
  readonly #now: () => number;
  readonly #watch: StoreWatch | undefined;
  #isAway = false;
  #failures = 0;
  #firstAt = 0;
  #lastAt = Number.NEGATIVE_INFINITY;

  /** @param now monotonic, milliseconds */
  constructor(now: () => number, watch?: StoreWatch) {
    this.#now = now;
    this.#watch = watch;
  }

  /**
   * A decision was made without the store.
   *
   * @param isGone nobody asks it at the moment: there is no connection, or it failed too often
   */
  missed(isGone: boolean): void {
    this.#watch?.missed();
    this.#fail(isGone);
  }

  /** Looked at without a request. */
  look(isGone: boolean): void {
    if (isGone) this.#fail(true);
    else this.answered();
  }

  answered(): void {
    if (!this.#isAway || this.#now() - this.#lastAt < CALM_MS) return;
    this.#isAway = false;
    this.#failures = 0;
    this.#watch?.away(false);
  }

  #fail(isGone: boolean): void {
    const now = this.#now();
    if (now - this.#firstAt >= CALM_MS) {
      this.#firstAt = now;
      this.#failures = 0;
    }
    this.#failures += 1;
    this.#lastAt = now;
    if (this.#isAway || !(isGone || this.#failures >= FAILURES)) return;
    this.#isAway = true;
    this.#watch?.away(true);
  }
}

/** What Redis, or the client of a Cluster, says while a master is away, starts, or is replaced. */
const AWAY =
  /^(?:ASK|CLUSTERDOWN|LOADING|MASTERDOWN|MOVED|READONLY|TRYAGAIN|Connection is closed|Failed to refresh slots cache|Stream isn't writeable|Cluster isn't ready|Reached the max retries|Too many Cluster redirections)/;

/** Whether an error means that Redis is away, and nothing is wrong with what was asked. */
export function meansAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isSystem = 'code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code);
  return isSystem || error.name === 'ClusterAllFailedError' || AWAY.test(error.message);
}
