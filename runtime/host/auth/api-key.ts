import { timingSafeEqual } from 'node:crypto';
import { type AddressRange, addressRange, addressWords, contains } from '../../address-range.ts';
import type { Denial, Exchange, Principal, Verdict, Verifier } from '../../contract.ts';
import type { ApiKeySpec } from '../../verifier-spec.ts';
import { hashSecret, pepperId, readApiKey } from './api-key-format.ts';
import { type Failures, failingAddress } from './failures.ts';
import type { ApiKeyRecord, KeyStore } from './key-store.ts';

export interface ApiKeyParts {
  readonly spec: ApiKeySpec;
  readonly store: KeyStore;
  /** Resolved, the one of new keys first. */
  readonly peppers: readonly string[];
  readonly failures: Failures;
  /** Wall clock, milliseconds. */
  readonly clock: () => number;
}

/** A record as it is used, made once. */
interface Prepared {
  readonly principal: Principal;
  readonly ranges: readonly AddressRange[] | undefined;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Not in the store: takes the same steps as one that is. */
const NOBODY = `hmac-sha256:${'0'.repeat(64)}`;
const LONGEST_KEY = 512;

/**
 * Verifies API keys (AK-1 to AK-8). Whoever is unknown, revoked or expired hears the same; a key that is used from elsewhere, or not yet,
 * is 403.
 */
export class ApiKeyVerifier implements Verifier {
  readonly name: string;
  readonly #parts: ApiKeyParts;
  readonly #peppers: ReadonlyMap<string, string>;
  readonly #prepared = new WeakMap<ApiKeyRecord, Prepared>();
  readonly #unknown: Denial;

  constructor(parts: ApiKeyParts) {
    this.name = parts.spec.name;
    this.#parts = parts;
    this.#peppers = new Map(parts.peppers.map((pepper) => [pepperId(pepper), pepper]));
    this.#unknown = { denied: parts.spec.awsCompat ? 403 : 401, reason: 'unknown key' };
  }

  verify(key: string, exchange: Exchange): Verdict | Promise<Verdict> {
    const { store, failures } = this.#parts;
    if (!failures.allows(failingAddress(exchange.clientAddress)))
      return { denied: 429, reason: 'too many failures', retryAfterS: 1 };
    if (key.length > LONGEST_KEY) return this.#refuse(exchange);
    const made = readApiKey(key);
    try {
      const found = made === undefined ? this.#foreign(key) : store.find(made.id);
      const secret = made?.secret ?? key;
      return found instanceof Promise
        ? found.then((record) => this.#judge(record, secret, exchange), unavailable)
        : this.#judge(found, secret, exchange);
    } catch {
      return unavailable();
    }
  }

  /** A key that gw has not made is found by its hash, with one pepper after the other. */
  #foreign(key: string): ApiKeyRecord | undefined | Promise<ApiKeyRecord | undefined> {
    const { store, peppers } = this.#parts;
    const hashes = [...peppers, ''].map((pepper) => hashSecret(key, pepper));
    const found = hashes.map((hash) => store.findByHash(hash));
    if (found.some((one) => one instanceof Promise))
      return Promise.all(found).then((all) => all.find((one) => one !== undefined));
    return found.find((one): one is ApiKeyRecord => one !== undefined && !(one instanceof Promise));
  }

  #judge(record: ApiKeyRecord | undefined, secret: string, exchange: Exchange): Verdict {
    const pepper = this.#peppers.get(record?.pepperId ?? '') ?? '';
    const same = matches(record?.hash ?? NOBODY, hashSecret(secret, pepper));
    if (record === undefined || !same || record.status !== 'active') return this.#refuse(exchange);
    const { principal, ranges, fromMs, untilMs } = this.#prepare(record);
    const nowMs = this.#parts.clock();
    if (nowMs >= untilMs) return this.#refuse(exchange);
    if (nowMs < fromMs) return { denied: 403, reason: 'key not yet valid' };
    if (ranges !== undefined) {
      const words = addressWords(exchange.clientAddress);
      if (!ranges.some((range) => contains(range, words))) return { denied: 403, reason: 'key from another address' };
    }
    return principal;
  }

  #prepare(record: ApiKeyRecord): Prepared {
    const known = this.#prepared.get(record);
    if (known !== undefined) return known;
    const { id, consumer, plan = this.#parts.spec.plan, tenant, scopes = [], roles = [], expiresAt } = record;
    const untilMs = expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(expiresAt);
    const made: Prepared = {
      principal: {
        subject: undefined,
        consumer,
        consumerNamed: true,
        plan,
        tenant,
        apiKey: id,
        apiKeyEnds: expiresAt === undefined ? undefined : new Date(untilMs).toUTCString(),
        scopes,
        roles,
        claims: {},
      },
      ranges: record.allowedIPs?.map(addressRange),
      fromMs: record.notBefore === undefined ? Number.NEGATIVE_INFINITY : Date.parse(record.notBefore),
      untilMs,
    };
    this.#prepared.set(record, made);
    return made;
  }

  #refuse(exchange: Exchange): Denial {
    this.#parts.failures.count(failingAddress(exchange.clientAddress));
    return this.#unknown;
  }
}

function matches(expected: string, actual: string): boolean {
  return expected.length === actual.length && timingSafeEqual(Buffer.from(expected), Buffer.from(actual));
}

/** A store that is down: nobody knows, and nobody's key is wrong. */
function unavailable(): Denial {
  return { denied: 503, reason: 'key store unavailable', retryAfterS: 5 };
}
