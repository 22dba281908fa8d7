import type { LimitStore } from '../../../limits/store.ts';
import type { RedisCall, RedisConnection, RedisSettings } from '../../drivers.ts';
import type { TimerWheel } from '../../timer-wheel.ts';
import type { Breaker } from './breaker.ts';
import type { DenyCache } from './deny-cache.ts';
import type { StoreHealth, StoreWatch } from './health.ts';
import type { Owed } from './owed.ts';

/** What a store of Redis is made of. */
export interface RedisParts {
  readonly connection: RedisConnection;
  readonly settings: RedisSettings;
  /** Counts while Redis is away. */
  readonly local: LimitStore;
  /** The same for all threads of the process. */
  readonly instance: string;
  readonly wallMs?: () => number;
  readonly monotonicMs?: () => number;
  /** Of this process; default 1. */
  readonly threads?: number;
  readonly fault: (error: unknown, where: string) => void;
  readonly watch?: StoreWatch;
}

/** What the counters of a store share. */
export interface CounterHost {
  readonly parts: RedisParts;
  readonly breaker: Breaker;
  readonly denied: DenyCache;
  readonly health: StoreHealth;
  readonly owed: Owed;
  readonly wheel: TimerWheel;
  /** Slots that are held: key → leases. */
  readonly slots: Map<string, Set<string>>;
  /** Processes that share the counters, as far as is known. */
  readonly instances: number;
  /** Nobody asks Redis at the moment: there is no connection, or it failed too often. */
  readonly isGone: boolean;
  /** Monotonic, milliseconds. */
  now(): number;
  /** Since the epoch, milliseconds. */
  wallMs(): number;
  /** Whose counter it is, without saying who (RL-11). */
  hash(text: string): string;
  /** Names one lease: unique over all instances. */
  newLease(): string;
  run(script: RedisCall, keys: readonly string[], values: readonly string[]): Promise<unknown>;
}
