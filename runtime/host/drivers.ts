/**
 * What the host can do only with a package. The emitted module `gw:host` names those that a bundle uses, so that no other enters the file.
 */
import type { KeyObject } from 'node:crypto';

export interface HostDrivers {
  /** Signatures of tokens: with bindings of type `jwt`, and where the gateway signs itself. */
  readonly jws?: () => Promise<JwsDriver>;
  /** Hashes of passwords, with bindings of type `basic`. */
  readonly passwords?: () => Promise<PasswordDriver>;
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

/** The drivers, loaded. */
export interface LoadedDrivers {
  readonly jws: JwsDriver | undefined;
  readonly passwords: PasswordDriver | undefined;
}

export async function loadDrivers(drivers: HostDrivers): Promise<LoadedDrivers> {
  const [jws, passwords] = await Promise.all([drivers.jws?.(), drivers.passwords?.()]);
  return { jws, passwords };
}
