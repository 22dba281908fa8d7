import { createHash } from 'node:crypto';
import { type HashSeed, KeyHash } from '../../../limits/key-hash.ts';
import type { Limit } from '../../../limits/limit.ts';
import type { LimitCounter, LimitStore } from '../../../limits/store.ts';
import type { RedisCall, RedisSettings } from '../../drivers.ts';
import { TimerWheel } from '../../timer-wheel.ts';
import { Breaker } from './breaker.ts';
import { DenyCache } from './deny-cache.ts';
import { meansAway, StoreHealth } from './health.ts';
import { LeasedCounter, type LeaseHost, type Leases } from './leased-counter.ts';
import { Owed } from './owed.ts';
import { RedisCounter } from './redis-counter.ts';
import type { CounterHost, RedisParts } from './redis-parts.ts';
import { HEARTBEAT, LEASE_MS, RENEW } from './scripts.ts';

/** Leases are renewed, and life is told, three times before they end. */
const BEAT_MS = LEASE_MS / 3;
const INSTANCES = 'gw:instances';

/**
 * Counts in Redis, shared by all instances: one script call a request, by the clock of Redis (RL-18, RL-19); in a Cluster one for each of
 * its slots, and what was taken is given back where another refuses. When Redis does not answer in time, each limit goes on as it says
 * (RL-20): counted by this process alone, let through, or refused with 503.
 */
export class RedisStore implements LimitStore, LeaseHost, CounterHost {
  readonly parts: RedisParts;
  readonly breaker = new Breaker(() => this.now());
  readonly denied = new DenyCache();
  readonly health: StoreHealth;
  readonly owed = new Owed(this);
  readonly wheel = new TimerWheel(() => this.now());
  /** Slots that are held: key → leases. */
  readonly slots = new Map<string, Set<string>>();
  /** By id of the limit. */
  readonly #leases = new Map<string, Leases>();
  readonly #hashes: readonly [KeyHash, KeyHash];
  readonly #beat: NodeJS.Timeout;
  /** Processes that share the counters, as far as is known. */
  instances = 1;
  #numbers = 0;

  constructor(parts: RedisParts) {
    this.parts = parts;
    this.health = new StoreHealth(() => this.now(), parts.watch);
    const [first, second] = seedsOf(parts.settings);
    this.#hashes = [new KeyHash(first), new KeyHash(second)];
    this.#beat = setInterval(() => this.beat(), BEAT_MS).unref();
  }

  prepare(limits: readonly Limit[]): LimitCounter {
    const exact = new RedisCounter(this, limits);
    // Whoever asks for one of them asks for all.
    const isLeased = limits.length > 0 && limits.every(({ leased, refuses, cost }) => leased && refuses && cost > 0);
    return isLeased ? new LeasedCounter(exact, this) : exact;
  }

  /** Monotonic, milliseconds. */
  now(): number {
    return (this.parts.monotonicMs ?? monotonic)();
  }

  /** Since the epoch, milliseconds. */
  wallMs(): number {
    return (this.parts.wallMs ?? Date.now)();
  }

  get holders(): number {
    return this.instances * (this.parts.threads ?? 1);
  }

  leasesOf({ id }: Limit): Leases {
    const known = this.#leases.get(id);
    if (known !== undefined) return known;
    const made: Leases = new Map();
    this.#leases.set(id, made);
    return made;
  }

  close(): void {
    clearInterval(this.#beat);
    this.parts.connection.close();
  }

  /** Whose counter it is, without saying who (RL-11): 128 bits in hexadecimal. */
  hash(text: string): string {
    let digits = '';
    for (const one of this.#hashes) {
      one.begin().add(text).finish();
      digits += hex(one.low) + hex(one.high);
    }
    return digits;
  }

  /** Rejects whatever fails, wherever: a store that fails never fails a request. */
  async run(script: RedisCall, keys: readonly string[], values: readonly string[]): Promise<unknown> {
    return await this.parts.connection.run(script, keys, values);
  }

  /** Whether nobody asks it at the moment. */
  get isGone(): boolean {
    return !this.parts.connection.ready || this.breaker.isOpen;
  }

  /** Names one lease: unique over all instances. */
  newLease(): string {
    this.#numbers += 1;
    return `${this.parts.instance}.${this.#numbers.toString(36)}`;
  }

  /** Renews what is held, and says that this process is alive. */
  beat(): void {
    const { connection, instance, fault } = this.parts;
    this.health.look(this.isGone);
    if (!connection.ready) return;
    if (!this.isGone) void this.owed.pay();
    const failed = (error: unknown): void => {
      if (!meansAway(error)) fault(error, 'limit store');
    };
    for (const [key, leases] of this.slots) if (leases.size > 0) this.run(RENEW, [key], [...leases]).catch(failed);
    this.run(HEARTBEAT, [INSTANCES], [instance.split('-')[0] ?? instance]).then((count) => {
      this.instances = Math.max(1, Number(count) || 1);
    }, failed);
  }
}

const monotonic = (): number => performance.now();

/** What the seed of the hash comes from: what all instances know and others do not. */
function seedsOf({ nodes, secret }: RedisSettings): readonly [HashSeed, HashSeed] {
  const password = nodes.map((node) => new URL(node).password).find((text) => text !== '');
  const digest = createHash('sha256')
    .update(`gw limits ${secret ?? password ?? ''}`)
    .digest();
  const word = (index: number): number => digest.readInt32LE(4 * index);
  return [
    [word(0), word(1)],
    [word(2), word(3)],
  ];
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
