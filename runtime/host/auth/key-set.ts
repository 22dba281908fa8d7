import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { RuntimeValue } from '../../contract.ts';
import type { KeyQuestion } from './key-sources.ts';
import { Recent } from './recent.ts';
import { isFields } from './token-parts.ts';

/** What main has published of a key set, under `keySetKey(id)`; undefined until it was loaded. */
export interface PublishedKeys {
  readonly keys: readonly JsonWebKey[];
}

/** The runtime value that holds a key set. */
export function keySetKey(id: string): string {
  return `keys/${id}`;
}

/** A key that signatures are verified with. */
export interface VerificationKey {
  readonly kid: string | undefined;
  /** The only algorithm it is for, where it says one. */
  readonly alg: string | undefined;
  /** `RSA`, or the curve. */
  readonly family: string;
  readonly key: KeyObject;
}

/** What key an algorithm needs. HMAC is not among them: a public key can never be taken for a secret (JW-1). */
const FAMILIES: ReadonlyMap<string, string> = new Map([
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'].map((alg): [string, string] => [alg, 'RSA']),
  ['ES256', 'P-256'],
  ['ES384', 'P-384'],
  ['ES512', 'P-521'],
  ['EdDSA', 'Ed25519'],
  ['Ed25519', 'Ed25519'],
]);

const SHORTEST_RSA = 2_048;
/** Keys of a set that names no `kid` are tried one after the other, so there must be few. */
const MOST_CANDIDATES = 4;
const UNKNOWN_KIDS = 1_000;
const UNKNOWN_MS = 30_000;

/**
 * The keys of an issuer in one thread: what main has published, imported when it changes. Main alone fetches (JW-4), and decides whether a
 * key that nobody knows is worth a fetch (JW-5).
 */
export class KeySet {
  readonly #holder: RuntimeValue;
  readonly #refresh: (why: KeyQuestion) => Promise<unknown>;
  readonly #now: () => number;
  readonly #unknown = new Recent<number>(UNKNOWN_KIDS);
  #seen: unknown;
  #keys: readonly VerificationKey[] = [];
  #texts = new Set<string>();
  /** Told when a key is gone: what it has signed is not to be believed any more. */
  onRemoved: () => void = () => undefined;

  /**
   * @param refresh asks main for a fetch; resolves when there was one, or main has decided against it, with the milliseconds after which
   * asking again is of use
   * @param now monotonic, milliseconds
   */
  constructor(holder: RuntimeValue, refresh: (why: KeyQuestion) => Promise<unknown>, now: () => number) {
    this.#holder = holder;
    this.#refresh = refresh;
    this.#now = now;
  }

  /** Takes over what main has published since. Cheap when that is nothing. */
  update(): void {
    const { value } = this.#holder;
    if (value === this.#seen) return;
    this.#seen = value;
    const published = isFields(value) && Array.isArray(value.keys) ? value.keys.filter(isFields) : [];
    const texts = new Set(published.map((jwk) => JSON.stringify(jwk)));
    const removed = [...this.#texts].some((text) => !texts.has(text));
    this.#texts = texts;
    this.#keys = published.flatMap((jwk) => verificationKey(jwk) ?? []);
    if (removed) this.onRemoved();
  }

  /** Whether the issuer's keys were ever loaded. */
  get isLoaded(): boolean {
    return this.#holder.value !== undefined;
  }

  /** Keys that may have signed with this algorithm; with a `kid` only those of that name. */
  candidates(kid: string | undefined, alg: string): readonly VerificationKey[] {
    this.update();
    const family = FAMILIES.get(alg);
    const fitting = this.#keys.filter(
      (one) => one.family === family && (one.alg === undefined || one.alg === alg) && (kid === undefined || one.kid === kid),
    );
    return fitting.slice(0, MOST_CANDIDATES);
  }

  /** The same after a fetch, where one is due: for a `kid` that is unknown, or whose signature is wrong (JW-6). */
  async candidatesAnew(kid: string | undefined, alg: string): Promise<readonly VerificationKey[]> {
    const key = kid ?? '';
    const until = this.#unknown.get(key);
    if (until !== undefined && until > this.#now()) return [];
    const isKnown = this.candidates(kid, alg).length > 0;
    const waitMs = await this.#refresh(isKnown ? 'changed' : 'unknown').catch(() => undefined);
    const found = this.candidates(kid, alg);
    if (found.length === 0) this.#unknown.set(key, this.#now() + (typeof waitMs === 'number' ? waitMs : UNKNOWN_MS));
    return found;
  }
}

/** Why a key that was meant for signatures verifies none (JW-1); undefined for one that does, and for one that was meant for something else. */
export function uselessKey(jwk: JsonWebKey): string | undefined {
  const { kty, use, key_ops: operations } = jwk;
  if (use !== undefined && use !== 'sig') return undefined;
  if (Array.isArray(operations) && !operations.includes('verify')) return undefined;
  if (verificationKey(jwk) !== undefined) return undefined;
  if (kty === 'oct') return 'it is a secret, and everybody who reads it could sign';
  return kty === 'RSA' ? `it has fewer than ${SHORTEST_RSA} bits, or cannot be read` : 'it is of a kind that is not supported';
}

/** Imports a key (RFC 7517). @returns undefined for what is no public key to verify signatures with, or a weak one */
export function verificationKey(jwk: JsonWebKey): VerificationKey | undefined {
  const { kty, crv, use, key_ops: operations, kid, alg } = jwk;
  if (use !== undefined && use !== 'sig') return undefined;
  if (Array.isArray(operations) && !operations.includes('verify')) return undefined;
  const family = kty === 'RSA' ? 'RSA' : kty === 'EC' || kty === 'OKP' ? String(crv) : '';
  if (![...FAMILIES.values()].includes(family)) return undefined;
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    if (family === 'RSA' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < SHORTEST_RSA) return undefined;
    return { kid: typeof kid === 'string' ? kid : undefined, alg: typeof alg === 'string' ? alg : undefined, family, key };
  } catch {
    return undefined;
  }
}
