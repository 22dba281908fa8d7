/**
 * Where API keys are kept. A store in the main thread is written to (`KeyRegister`: the admin API, `gw keys`); threads that serve look keys
 * up (`KeyStore`).
 */

/** What is known of a key; never the key itself (AK-2). Times are dates as in `2027-01-31T00:00:00Z`. */
export interface ApiKeyRecord {
  /** Public: 12 characters of base 62, or a name for a key that gw has not made. */
  readonly id: string;
  /** `hmac-sha256:` and hex, of the secret part, or of the whole key where gw has not made it. */
  readonly hash: string;
  /** Of the pepper that the hash is keyed with; absent = none. */
  readonly pepperId?: string;
  /** The last characters, for people. */
  readonly last4?: string;
  /** The word in the key for people; absent = `live`. */
  readonly environment?: string;
  readonly consumer: string;
  readonly plan?: string;
  readonly tenant?: string;
  readonly scopes?: readonly string[];
  readonly roles?: readonly string[];
  /** Addresses or CIDR ranges that may use it; absent = all. */
  readonly allowedIPs?: readonly string[];
  readonly status: 'active' | 'revoked';
  readonly notBefore?: string;
  readonly expiresAt?: string;
  readonly createdAt?: string;
  /** Id of the key that takes its place; it is accepted until `expiresAt` (AK-4). */
  readonly replacedBy?: string;
}

/** Finds keys. What cannot be reached rejects: then nobody knows, and the request is answered with 503. */
export interface KeyStore {
  find(id: string): ApiKeyRecord | undefined | Promise<ApiKeyRecord | undefined>;
  /** A key that gw has not made, by its hash. */
  findByHash(hash: string): ApiKeyRecord | undefined | Promise<ApiKeyRecord | undefined>;
}

/** Keys as they are administered. */
export interface KeyRegister {
  list(): Promise<readonly ApiKeyRecord[]>;
  /**
   * Changes keys as one step: nobody else writes in between. Every thread and instance knows within 5 s (AK-5).
   *
   * @param edit may run again, when somebody else was faster
   * @throws Error when the store cannot be reached
   */
  change<T>(edit: (keys: readonly ApiKeyRecord[]) => KeyChange<T>): Promise<T>;
}

export interface KeyChange<T> {
  /** Added, or replaced by their id. */
  readonly put?: readonly ApiKeyRecord[];
  /** Ids. */
  readonly remove?: readonly string[];
  readonly result: T;
}

/** The form of a key file. */
export interface KeyFile {
  readonly keys: readonly ApiKeyRecord[];
}
