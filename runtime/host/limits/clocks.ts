import type { Clocks } from './memory-store.ts';

/**
 * The clocks of a thread. `performance.now` begins anew in each thread; together with its distance from the system's monotonic clock it is
 * the same for all. Asking it allocates nothing.
 */
export function threadClocks(wallMs: () => number = Date.now): Clocks {
  const offset = distance();
  return { monotonicUs: () => Math.floor((performance.now() + offset) * 1_000), wallMs };
}

/** From `performance.now` to the system's clock, milliseconds; the reading that was least disturbed of a few. */
function distance(): number {
  let best = Number.POSITIVE_INFINITY;
  let found = 0;
  for (let attempt = 0; attempt < 10; attempt++) {
    const before = performance.now();
    const [seconds, nanoseconds] = process.hrtime();
    const after = performance.now();
    if (after - before >= best) continue;
    best = after - before;
    found = seconds * 1_000 + nanoseconds / 1_000_000 - (before + after) / 2;
  }
  return found;
}
