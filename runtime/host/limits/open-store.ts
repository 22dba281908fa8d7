import { randomBytes } from 'node:crypto';
import type { LimitStore } from '../../limits/store.ts';
import type { LoadedDrivers } from '../drivers.ts';
import type { WorkerStart } from '../messages.ts';
import { TimerWheel } from '../timer-wheel.ts';
import { threadClocks } from './clocks.ts';
import { limitMemory } from './layout.ts';
import { MemoryStore } from './memory-store.ts';
import { QueueingStore } from './queueing-store.ts';
import type { StoreWatch } from './redis/health.ts';
import { RedisStore } from './redis/redis-store.ts';

/** A thread does not serve before its store can be asked, but no longer than this: Redis may be away. Milliseconds. */
const OPEN_MS = 1_000;
/** How often who waits for a slot looks whether another thread, or another instance, has freed one. */
const LOOK_MS = { memory: 16, redis: 64 } as const;

/** Where a thread counts its limits. */
export interface OpenedStore {
  readonly store: LimitStore;
  /** The memory that all threads share, whatever the store is. */
  readonly memory: LimitStore;
  /** Until it can be asked, or will not be for now. */
  readonly opened: Promise<unknown>;
  /** Asks again for what it remembers to be exhausted: an operator has begun counters anew. */
  forgetRefusals(): void;
}

/** Opens the store that the gateway file names: the memory that all threads share, or Redis with that memory behind it. */
export function openLimitStore(
  { shared, threads, thread, store: settings, instance }: WorkerStart,
  { redis }: LoadedDrivers,
  fault: (error: unknown, where: string) => void,
  watch: StoreWatch,
): OpenedStore {
  const local = new MemoryStore(limitMemory(shared, threads), thread, threadClocks());
  const queueing = (store: LimitStore, pollMs: number): LimitStore => {
    const now = (): number => performance.now();
    return new QueueingStore(store, { wheel: new TimerWheel(now), now, pollMs });
  };
  if (settings === undefined) {
    const store = queueing(local, LOOK_MS.memory);
    return { store, memory: local, opened: Promise.resolve(), forgetRefusals: () => undefined };
  }
  if (redis === undefined) throw new Error('This bundle was built without Redis.');
  const connection = redis.connect(settings);
  // A thread that takes the place of another must not take its leases for its own.
  const name = `${instance}-${thread}-${randomBytes(4).toString('hex')}`;
  const store = new RedisStore({ connection, settings, local, instance: name, threads, fault, watch });
  const late = new Promise((resolve) => void setTimeout(resolve, OPEN_MS).unref());
  return {
    store: queueing(store, LOOK_MS.redis),
    memory: local,
    opened: Promise.race([connection.opened.then(() => store.beat()), late]),
    forgetRefusals: () => store.denied.clear(),
  };
}
