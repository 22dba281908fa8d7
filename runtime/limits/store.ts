/**
 * Where limits are counted. A policy prepares its limits once and asks for each request; the store decides over all of them together,
 * and answers at once where it can.
 */
import type { Limit } from './limit.ts';

export interface LimitStore {
  /** @param limits of one request: all of them, or those before its caller is known */
  prepare(limits: readonly Limit[]): LimitCounter;
}

/** The limits of a request, ready to be counted. */
export interface LimitCounter {
  readonly limits: readonly Limit[];
  /** Decides and counts, all or nothing (RL-12), and sets the outcome of the use. A promise only where somebody else must be asked. */
  take(use: LimitUse): undefined | Promise<void>;
  /** Takes back what an admitted use counted: a later limit refused the request, or it left before its turn. */
  giveBack(use: LimitUse): void;
  /** Begins anew for whoever these keys name; what is held stays held. */
  reset(use: LimitUse): undefined | Promise<void>;
  /** Frees what concurrency limits hold for it. */
  end(use: LimitUse): void;
}

/** What one request asked of its limits, and the outcome. Lives as long as its exchange. */
export class LimitUse {
  readonly counter: LimitCounter;
  /** By limit: whom it is counted for. Undefined = this limit does not apply to the request. */
  readonly keys: readonly (string | undefined)[];
  /** The use of an earlier stage of the same exchange. */
  readonly earlier: LimitUse | undefined;
  /** By limit: for how many requests it takes at once; undefined = for this one. */
  readonly times: readonly number[] | undefined;
  outcome: 'open' | 'admitted' | 'refused' | 'unavailable' = 'open';
  /** Bits by limit: those that one more request does not fit, whether they refuse or only report. */
  exceeded = 0;
  /** By limit: what is left, and milliseconds until it is there again. -1 = does not apply. */
  readonly remaining: number[] = [];
  readonly resetMs: number[] = [];
  /** Index of the limit that refuses: the one that takes longest to admit again. -1 = none. */
  refusedBy = -1;
  /** How long the admitted request waits for its turn. */
  delayMs = 0;
  /** What the store holds for it until it ends; numbers of the store's own. */
  held: number[] | undefined;
  ended = false;
  /** Told of its end while it waits for a slot. */
  leaves: (() => void) | undefined;

  constructor(
    counter: LimitCounter,
    keys: readonly (string | undefined)[],
    earlier: LimitUse | undefined,
    times?: readonly number[],
  ) {
    this.counter = counter;
    this.keys = keys;
    this.earlier = earlier;
    this.times = times;
  }

  /** As if it had never been asked for: it is asked for again. */
  begin(): void {
    this.outcome = 'open';
    this.exceeded = 0;
    this.remaining.length = 0;
    this.resetMs.length = 0;
    this.refusedBy = -1;
    this.delayMs = 0;
  }

  /** The exchange has ended, whoever ended it. Called once by the host; frees what is held, or will be. */
  end(): void {
    this.ended = true;
    this.leaves?.();
    if (this.held !== undefined) this.counter.end(this);
    this.earlier?.end();
  }
}
