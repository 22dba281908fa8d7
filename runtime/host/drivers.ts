/**
 * What the host can do only with a package. The emitted module `gw:host` names those that a bundle uses, so that no other enters the file.
 */
import type { KeyObject } from 'node:crypto';

export interface HostDrivers {
  /** Signatures of tokens: with bindings of type `jwt`, and where the gateway signs itself. */
  readonly jws?: () => Promise<JwsDriver>;
  /** Hashes of passwords, with bindings of type `basic`. */
  readonly passwords?: () => Promise<PasswordDriver>;
  /** Counting in Redis: with a store that is, or may be, Redis. */
  readonly redis?: () => Promise<RedisDriver>;
}

export interface JwsDriver {
  /** @returns whether this key has signed the token with one of these algorithms */
  verify(token: string, key: KeyObject, algorithms: readonly string[]): Promise<boolean>;
  /** Signs claims as a compact JWT. */
  sign(claims: Readonly<Record<string, unknown>>, header: JwsHeader, key: KeyObject): Promise<string>;
}

export interface JwsHeader {
  readonly alg: string;
  readonly kid?: string;
  readonly typ?: string;
}

export interface PasswordDriver {
  /** @returns whether the password has this hash */
  matches(password: string, hash: string): Promise<boolean>;
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
  /** Resolves when commands can be sent for the first time. */
  readonly opened: Promise<void>;
  /** Whether commands can be sent at once. */
  readonly ready: boolean;
  /** Runs a script where its keys are. Keys of one call are in one slot. */
  run(script: RedisCall, keys: readonly string[], values: readonly string[]): Promise<unknown>;
  close(): void;
}

/** The drivers, loaded. */
export interface LoadedDrivers {
  readonly jws: JwsDriver | undefined;
  readonly passwords: PasswordDriver | undefined;
  readonly redis: RedisDriver | undefined;
}

export async function loadDrivers(drivers: HostDrivers): Promise<LoadedDrivers> {
  const [jws, passwords, redis] = await Promise.all([drivers.jws?.(), drivers.passwords?.(), drivers.redis?.()]);
  return { jws, passwords, redis };
}
