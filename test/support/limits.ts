/** A memory store of its own with a clock that tests move, and limits as the build would write them. */

import { type LimitMemory, limitBytes, limitMemory } from '../../runtime/host/limits/layout.ts';
import { MemoryStore } from '../../runtime/host/limits/memory-store.ts';
import { allocateShared } from '../../runtime/host/shared.ts';
import { type Limit, type LimitOptions, limitOf } from '../../runtime/limits/limit.ts';
import { type LimitCounter, LimitUse } from '../../runtime/limits/store.ts';

export interface TestStore {
  readonly store: MemoryStore;
  readonly memory: LimitMemory;
  /** Both clocks, milliseconds. */
  readonly clock: { monotonicMs: number; wallMs: number };
  pass(ms: number): void;
}

export function testStore({ entries = 8_192, threads = 2, wallMs = 1_795_000_000_000 } = {}): TestStore {
  const memory = limitMemory(allocateShared(new Map([['limits', limitBytes(threads, entries)]])), threads, entries);
  const clock = { monotonicMs: 1_000_000, wallMs };
  return {
    memory,
    clock,
    store: storeOf(memory, 1, clock),
    pass(ms) {
      clock.monotonicMs += ms;
      clock.wallMs += ms;
    },
  };
}

/** The store of another thread over the same memory. */
export function storeOf(memory: LimitMemory, thread: number, clock: TestStore['clock']): MemoryStore {
  return new MemoryStore(memory, thread, {
    monotonicUs: () => Math.round(clock.monotonicMs * 1_000),
    wallMs: () => clock.wallMs,
  });
}

/** Of whatever the test says; else one for everybody. */
export function limitOptions(options: Partial<LimitOptions> & Pick<LimitOptions, 'rule'>): LimitOptions {
  return {
    id: 'test',
    name: 'test',
    amounts: { plans: [], otherwise: 1 },
    by: [],
    cost: 1,
    onMissingKey: 'reject',
    onStoreFailure: 'local',
    ...options,
  };
}

export function limitFor(rule: LimitOptions['rule'], amount: number, more: Partial<LimitOptions> = {}): Limit {
  return limitOf(limitOptions({ rule, ...more }), amount);
}

/** Prepared once: by store, then by the limit or the list. */
const counters = new WeakMap<MemoryStore, WeakMap<readonly Limit[] | Limit, LimitCounter>>();

function counterOf(store: MemoryStore, limits: readonly Limit[]): LimitCounter {
  const known = counters.get(store) ?? new WeakMap<readonly Limit[] | Limit, LimitCounter>();
  counters.set(store, known);
  const [only = limits] = limits.length === 1 ? limits : [];
  const counter = known.get(only) ?? store.prepare(limits);
  known.set(only, counter);
  return counter;
}

/** Asks for one request; each limit is counted for the key at its place. */
export function takeOne(
  store: MemoryStore,
  limits: readonly Limit[],
  keys: readonly (string | undefined)[] = limits.map(() => ''),
): LimitUse {
  const use = new LimitUse(counterOf(store, limits), keys, undefined);
  use.counter.take(use);
  return use;
}
