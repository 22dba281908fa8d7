import type { Limit } from './limit.ts';

/**
 * The state of one counter while it is looked at: what is stored of it (`a`, `b`, `c`, all 0 for a new one), and what the look gave. One
 * object for all, reused: looking allocates nothing.
 */
export class Meter {
  a = 0;
  b = 0;
  c = 0;
  /** When the counter says as much as a new one; monotonic, milliseconds. */
  expiresMs = 0;
  /** What is left after this request, or, when it is refused, before it. Never negative. */
  remaining = 0;
  /** Until all is there again, or, when refused, until it can be tried again; milliseconds. */
  resetMs = 0;
  /** How long an admitted request waits for its turn; milliseconds. */
  delayMs = 0;
}

/** An instant on both clocks. */
export interface Instant {
  /** Monotonic, whole microseconds, one for all threads. */
  monotonicUs: number;
  /** Since the epoch, milliseconds. */
  wallMs: number;
  /** Of the calendar period of the limit at hand; milliseconds since the epoch. */
  periodStartMs: number;
  periodEndMs: number;
}

/**
 * Whether a request of this cost fits a limit; then `meter` holds the state that counts it, else the state as it is now. Whole numbers
 * throughout, so nothing is lost or won by rounding. Time moves only forward inside a counter: an instant before the last one is that one.
 * `log` is not among them: its state is a list (`arrivals.ts`).
 */
export function count(limit: Limit, cost: number, meter: Meter, at: Instant): boolean {
  meter.delayMs = 0;
  switch (limit.kind) {
    case 'bucket':
      return countBucket(limit, cost, meter, at.monotonicUs);
    case 'leaky':
      return countLeaky(limit, cost, meter, at.monotonicUs);
    case 'window': {
      const start = at.wallMs - (at.wallMs % limit.windowMs);
      return countWindow(limit, cost, meter, at, start, start + limit.windowMs);
    }
    case 'quota':
      return countWindow(limit, cost, meter, at, at.periodStartMs, at.periodEndMs);
    case 'sliding':
      return countSliding(limit, cost, meter, Math.floor(at.monotonicUs / 1_000));
    case 'concurrency':
      return countHeld(limit, meter);
    case 'log':
      return false;
  }
}

/** Takes back what an admitted request counted, where it is still counted (RL-12). */
export function uncount(limit: Limit, cost: number, meter: Meter, at: Instant): void {
  if (limit.kind === 'bucket' || limit.kind === 'leaky') meter.a = Math.max(0, meter.a - cost * limit.interval);
  else if (limit.kind === 'concurrency') meter.a = Math.max(0, meter.a - 1);
  else if (limit.kind !== 'sliding' || meter.a === slide(limit, at)) meter.b = Math.max(0, meter.b - cost);
}

function slide({ windowMs }: Limit, { monotonicUs }: Instant): number {
  return Math.floor(Math.floor(monotonicUs / 1_000) / windowMs);
}

/**
 * RL-1, GCRA: `a` is what has not drained yet at the instant `b`. It drains by `drain` each microsecond, and a request adds `interval`; a
 * burst fits while all of it stays below the capacity.
 */
function countBucket({ amount, interval, drain, soft }: Limit, cost: number, meter: Meter, nowUs: number): boolean {
  const elapsed = nowUs - meter.b;
  const level = elapsed > 0 ? Math.max(0, meter.a - elapsed * drain) : meter.a;
  const capacity = amount * interval;
  const next = level + cost * interval;
  const fits = next <= capacity;
  meter.a = fits || soft ? next : level;
  if (elapsed > 0) meter.b = nowUs;
  meter.remaining = Math.max(0, Math.floor((capacity - meter.a) / interval));
  meter.resetMs = (fits ? next : next - capacity) / drain / 1_000;
  meter.expiresMs = (meter.b + meter.a / drain) / 1_000;
  return fits;
}

/** RL-5: the same, but a request waits until what came before it has drained. */
function countLeaky(limit: Limit, cost: number, meter: Meter, nowUs: number): boolean {
  const [a, b] = [meter.a, meter.b];
  const elapsed = nowUs - b;
  const delayMs = Math.max(0, a - Math.max(0, elapsed) * limit.drain) / limit.drain / 1_000;
  const fits = countBucket(limit, cost, meter, nowUs);
  if (!fits) return false;
  if (delayMs <= limit.maxWaitMs) {
    meter.delayMs = delayMs;
    return true;
  }
  meter.a = a;
  meter.b = b;
  meter.resetMs = delayMs - limit.maxWaitMs;
  return false;
}

/** RL-2, RL-8: `a` is the begin of the window, `b` what was counted in it. A window that lies ahead (another thread's clock) is kept. */
function countWindow({ amount, soft }: Limit, cost: number, meter: Meter, at: Instant, startMs: number, endMs: number): boolean {
  if (meter.a < startMs || meter.a >= endMs + (endMs - startMs)) {
    meter.a = startMs;
    meter.b = 0;
  }
  const fits = meter.b + cost <= amount;
  if (fits || soft) meter.b += cost;
  meter.remaining = Math.max(0, amount - meter.b);
  meter.resetMs = Math.max(0, endMs - at.wallMs);
  meter.expiresMs = at.monotonicUs / 1_000 + meter.resetMs;
  return fits;
}

/**
 * RL-4: `a` is the number of the window, `b` what was counted in it, `c` in the one before, which counts as far as it still lies within
 * one window's length.
 */
function countSliding({ amount, windowMs, soft }: Limit, cost: number, meter: Meter, nowMs: number): boolean {
  const window = Math.floor(nowMs / windowMs);
  if (window > meter.a) {
    meter.c = window === meter.a + 1 ? meter.b : 0;
    meter.b = 0;
    meter.a = window;
  }
  const left = windowMs - Math.max(0, nowMs - meter.a * windowMs);
  const used = meter.c * left + meter.b * windowMs;
  const fits = used + cost * windowMs <= amount * windowMs;
  if (fits || soft) meter.b += cost;
  meter.remaining = Math.max(0, Math.floor((amount * windowMs - used) / windowMs) - (fits || soft ? cost : 0));
  meter.resetMs = fits ? left + (meter.b > 0 ? windowMs : 0) : slidingWait(amount, cost, windowMs, meter, left);
  meter.expiresMs = (meter.a + 2) * windowMs;
  return fits;
}

/** Until a request would fit if nobody else came. */
function slidingWait(amount: number, cost: number, windowMs: number, { b, c }: Meter, left: number): number {
  const room = amount - cost - b;
  if (room >= 0 && c > 0) return Math.max(1, Math.ceil(left - (room * windowMs) / c));
  const afterwards = b === 0 ? 0 : windowMs - ((amount - cost) * windowMs) / b;
  return left + Math.max(0, Math.ceil(afterwards));
}

/** RL-7: `a` is how many are held. Nothing but their end frees them. */
function countHeld({ amount }: Limit, meter: Meter): boolean {
  const fits = meter.a < amount;
  if (fits) meter.a += 1;
  meter.remaining = Math.max(0, amount - meter.a);
  meter.resetMs = 0;
  meter.expiresMs = meter.a > 0 ? Number.POSITIVE_INFINITY : 0;
  return fits;
}
