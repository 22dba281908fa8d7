/**
 * Every algorithm of limits beside a model that is as plain as can be. Whoever counts, memory or Redis, must admit what the model admits:
 * one table for both.
 */
import fc from 'fast-check';
import type { Limit, LimitOptions } from '../../runtime/limits/limit.ts';
import { limitFor } from './limits.ts';

/** Requests one after the other. */
export interface LimitTrace {
  readonly limit: Limit;
  /** Since the epoch, milliseconds; the monotonic clock says the same. */
  readonly startMs: number;
  readonly steps: readonly TraceStep[];
}

export interface TraceStep {
  /** Since the step before, milliseconds. */
  readonly gapMs: number;
  /** How many of the admitted, the oldest first, end before it. */
  readonly ends: number;
}

/** An algorithm, traces of it, and which of their requests are admitted. */
export interface TracedAlgorithm {
  readonly name: string;
  readonly traces: fc.Arbitrary<LimitTrace>;
  expected(trace: LimitTrace): readonly boolean[];
}

const START = Date.parse('2026-11-23T00:00:00Z');
const amounts = fc.integer({ min: 1, max: 12 });
const lengths = fc.integer({ min: 1, max: 7_000 });
const costs = fc.integer({ min: 1, max: 3 });
const starts = fc.nat(100_000).map((ms) => START + ms);
const gaps = fc.oneof(fc.nat(50), fc.nat(5_000), fc.constant(0));

function stepsOf(gap: fc.Arbitrary<number>, ends: fc.Arbitrary<number> = fc.constant(0)): fc.Arbitrary<readonly TraceStep[]> {
  return fc.array(fc.record({ gapMs: gap, ends }), { minLength: 1, maxLength: 60 });
}

/** Traces of limits with an amount and a length, around which gaps often are; a request costs at most what can be there at once. */
function tracesOf(
  rule: (perMs: number) => LimitOptions['rule'],
  most = (amount: number): number => amount,
): fc.Arbitrary<LimitTrace> {
  return lengths.chain((perMs) => {
    const gapMs = fc.oneof(gaps, fc.constantFrom(perMs - 1, perMs));
    return fc
      .record({ amount: amounts, cost: costs, startMs: starts, steps: stepsOf(gapMs) })
      .map(({ amount, cost, startMs, steps }) => ({
        limit: limitFor(rule(perMs), amount, { cost: Math.min(cost, most(amount)) }),
        startMs,
        steps,
      }));
  });
}

/** Asks a model for each request, with the instants of what was admitted before it, once for each unit of its cost. */
function plainly(
  fits: (at: number, admitted: readonly number[], limit: Limit) => boolean,
): (trace: LimitTrace) => readonly boolean[] {
  return ({ limit, startMs, steps }) => {
    const admitted: number[] = [];
    let at = startMs;
    return steps.map(({ gapMs }) => {
      at += gapMs;
      const fine = fits(at, admitted, limit);
      if (fine) for (let unit = 0; unit < limit.cost; unit++) admitted.push(at);
      return fine;
    });
  };
}

function counted(admitted: readonly number[], isCounted: (at: number) => boolean): number {
  return admitted.filter(isCounted).length;
}

/** Tokens in a bucket, in fractions so small that none is lost. */
function bucketModel({ limit, steps }: LimitTrace): readonly boolean[] {
  const { amount, cost, interval, drain } = limit;
  const room = BigInt(amount) * BigInt(interval);
  let tokens = room;
  return steps.map(({ gapMs }) => {
    const refilled = tokens + BigInt(gapMs * 1_000) * BigInt(drain);
    tokens = refilled > room ? room : refilled;
    const price = BigInt(cost * interval);
    if (tokens < price) return false;
    tokens -= price;
    return true;
  });
}

/** Requests that leave one by one: each has an instant of its own, in microseconds times `drain`. */
function leakyModel({ limit, startMs, steps }: LimitTrace): readonly boolean[] {
  const { amount, interval, drain, maxWaitMs } = limit;
  let at = BigInt(startMs);
  let free = 0n;
  return steps.map(({ gapMs }) => {
    at += BigInt(gapMs);
    const now = at * 1_000n * BigInt(drain);
    const turn = free > now ? free : now;
    const waits = turn - now;
    if (waits > BigInt(maxWaitMs) * 1_000n * BigInt(drain) || waits > BigInt(amount - 1) * BigInt(interval)) return false;
    free = turn + BigInt(interval);
    return true;
  });
}

function heldModel({ limit, steps }: LimitTrace): readonly boolean[] {
  let held = 0;
  return steps.map(({ ends }) => {
    held = Math.max(0, held - ends);
    if (held >= limit.amount) return false;
    held += 1;
    return true;
  });
}

const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'] as const;
/** Shortly before clocks change, a month, a year or a leap day ends, somewhere in the zones above. */
const CORNERS = [
  ...['2026-03-28T20:00:00Z', '2026-10-24T20:00:00Z', '2026-11-01T02:00:00Z', '2026-03-08T03:00:00Z'],
  ...['2026-12-31T10:00:00Z', '2028-02-28T20:00:00Z', '2026-02-28T10:00:00Z', '2026-04-04T10:00:00Z', '2026-11-29T12:00:00Z'],
].map((text) => Date.parse(text));

/** The name of the period that an instant lies in, by the calendar on the wall there. */
function periodName({ period, timezone, startDay }: Pick<Limit, 'period' | 'timezone' | 'startDay'>, at: number): string {
  // The date of Sweden is written as ISO 8601 writes it.
  const date = new Date(at).toLocaleDateString('sv-SE', { timeZone: timezone });
  if (period === 'month') return monthName(date, startDay);
  if (period === 'day') return date;
  const monday = new Date(`${date}T00:00:00Z`);
  monday.setUTCDate(monday.getUTCDate() - ((monday.getUTCDay() + 6) % 7));
  return monday.toISOString().slice(0, 10);
}

/** The month that a day is in, where months begin on a day: walks back until one does. */
function monthName(date: string, startDay: number): string {
  const day = new Date(`${date}T00:00:00Z`);
  for (;;) {
    const next = new Date(day.getTime() + 86_400_000);
    const isLast = next.getUTCMonth() !== day.getUTCMonth();
    if (day.getUTCDate() === startDay || (isLast && day.getUTCDate() < startDay)) return day.toISOString().slice(0, 10);
    day.setUTCDate(day.getUTCDate() - 1);
  }
}

const hours = fc.nat(40 * 3_600_000);
const quotas: fc.Arbitrary<LimitTrace> = fc
  .record({
    amount: amounts,
    cost: costs,
    period: fc.constantFrom('day' as const, 'week' as const, 'month' as const),
    timezone: fc.constantFrom(...ZONES),
    startDay: fc.constantFrom(1, 1, 12, 29, 30, 31),
    startMs: fc.constantFrom(...CORNERS),
    steps: stepsOf(fc.oneof(fc.nat(3_600_000), hours, fc.constant(0))),
  })
  .map(({ amount, cost, period, timezone, startDay, startMs, steps }) => ({
    limit: limitFor({ kind: 'quota', period, timezone, startDay }, amount, { cost: Math.min(cost, amount) }),
    startMs,
    steps,
  }));

export const tracedAlgorithms: readonly TracedAlgorithm[] = [
  { name: 'RL-1: a token bucket', traces: tracesOf((perMs) => ({ kind: 'bucket', perMs })), expected: bucketModel },
  {
    name: 'RL-1: a token bucket with a burst',
    traces: tracesOf(
      (perMs) => ({ kind: 'bucket', perMs, burst: 5 }),
      () => 5,
    ),
    expected: bucketModel,
  },
  {
    name: 'RL-2: a fixed window, so many in each window of the clock',
    traces: tracesOf((perMs) => ({ kind: 'window', perMs })),
    expected: plainly((at, admitted, { windowMs, amount, cost }) => {
      const windowOf = (one: number): number => Math.floor(one / windowMs);
      return counted(admitted, (one) => windowOf(one) === windowOf(at)) + cost <= amount;
    }),
  },
  {
    name: 'RL-3: a sliding log, at most so many in any half-open interval of this length',
    traces: tracesOf((perMs) => ({ kind: 'log', perMs })),
    expected: plainly((at, admitted, { windowMs, amount, cost }) => {
      return counted(admitted, (one) => one > at - windowMs) + cost <= amount;
    }),
  },
  {
    name: 'RL-4: a sliding counter, the window before counts as far as it lies within the length',
    traces: tracesOf((perMs) => ({ kind: 'sliding', perMs })),
    expected: plainly((at, admitted, { windowMs, amount, cost }) => {
      const window = Math.floor(at / windowMs);
      const [now = 0, before = 0] = [window, window - 1].map((one) =>
        counted(admitted, (when) => Math.floor(when / windowMs) === one),
      );
      return before * (windowMs - (at % windowMs)) + (now + cost) * windowMs <= amount * windowMs;
    }),
  },
  {
    name: 'RL-5: a leaky bucket',
    traces: fc
      .record({
        amount: amounts,
        perMs: lengths,
        queue: fc.nat(6),
        maxDelayMs: fc.nat(3_000),
        startMs: starts,
        steps: stepsOf(gaps),
      })
      .map(({ amount, perMs, queue, maxDelayMs, startMs, steps }) => ({
        limit: limitFor({ kind: 'leaky', perMs, queue, maxDelayMs }, amount),
        startMs,
        steps,
      })),
    expected: leakyModel,
  },
  {
    name: 'RL-6: a spike arrest, one by one',
    traces: tracesOf(
      (perMs) => ({ kind: 'bucket', perMs, burst: 1 }),
      () => 1,
    ),
    expected: bucketModel,
  },
  {
    name: 'RL-7: so many at once',
    traces: fc
      .record({ amount: amounts, startMs: starts, steps: stepsOf(fc.nat(50), fc.nat(2)) })
      .map(({ amount, startMs, steps }) => ({
        limit: limitFor({ kind: 'concurrency', queue: 0, maxWaitMs: 0 }, amount),
        startMs,
        steps,
      })),
    expected: heldModel,
  },
  {
    name: 'RL-8: a quota, so many in each day, week or month of the calendar',
    traces: quotas,
    expected: plainly((at, admitted, limit) => {
      const name = periodName(limit, at);
      return counted(admitted, (one) => periodName(limit, one) === name) + limit.cost <= limit.amount;
    }),
  },
];

/**
 * Runs a trace.
 *
 * @param ask makes one request at this instant; whether it was admitted, and how it ends
 */
export async function runTrace(
  { startMs, steps }: LimitTrace,
  ask: (at: number) => TracedRequest | Promise<TracedRequest>,
): Promise<readonly boolean[]> {
  const held: (() => void)[] = [];
  const admitted: boolean[] = [];
  let at = startMs;
  for (const { gapMs, ends } of steps) {
    at += gapMs;
    for (const end of held.splice(0, ends)) end();
    const request = await ask(at);
    if (request.admitted) held.push(request.end);
    admitted.push(request.admitted);
  }
  return admitted;
}

export interface TracedRequest {
  readonly admitted: boolean;
  end(): void;
}
