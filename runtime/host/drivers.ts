/**
 * What the host can do only with a package. The emitted module `gw:host` names those that a bundle uses, so that no other enters the file.
 */

export interface HostDrivers {
  /** Counting in Redis: with a store that is, or may be, Redis. */
  readonly redis?: () => Promise<RedisDriver>;
}

/** Opens connections to Redis. */
export interface RedisDriver {
  connect(settings: RedisSettings): RedisConnection;
}

/** Where Redis is, with the environment resolved. */
export interface RedisSettings {
  /** `redis://[user:password@]host[:port][/db]`, or `rediss://…`; of a Cluster or of Sentinels some of the nodes. */
  readonly nodes: readonly string[];
  readonly cluster: boolean;
  /** The name that Sentinels know the master by. */
  readonly sentinel?: string;
  /** How long a request waits for an answer, milliseconds. */
  readonly timeoutMs: number;
  /** What the names of keys are hashed with, the same for all instances; absent: the password. */
  readonly secret?: string;
}

/** A script by its text and the SHA-1 of it. */
export interface RedisCall {
  readonly text: string;
  readonly sha: string;
}

export interface RedisConnection {
  /** Whether commands can be sent at once. */
  readonly ready: boolean;
  /** Runs a script where its keys are. Keys of one call are in one slot. */
  run(script: RedisCall, keys: readonly string[], values: readonly string[]): Promise<unknown>;
  close(): void;
}

/** The drivers, loaded. */
export interface LoadedDrivers {
  readonly redis: RedisDriver | undefined;
}

export async function loadDrivers(drivers: HostDrivers): Promise<LoadedDrivers> {
  return { redis: await drivers.redis?.() };
}
