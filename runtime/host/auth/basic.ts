import { createHmac, randomBytes } from 'node:crypto';
import type { Denial, Exchange, Principal, RuntimeValue, Verdict, Verifier } from '../../contract.ts';
import type { BasicSpec } from '../../verifier-spec.ts';
import { type FailureRate, type Failures, failingAddress } from './failures.ts';
import { Recent } from './recent.ts';

/** A user of a file (BA-1). */
export interface BasicUser {
  readonly name: string;
  /** bcrypt with a cost of 10 or more, or argon2id. */
  readonly hash: string;
  readonly consumer?: string;
  readonly plan?: string;
  readonly tenant?: string;
  readonly scopes?: readonly string[];
  readonly roles?: readonly string[];
}

export interface BasicParts {
  readonly spec: BasicSpec;
  /** What main has read of the file: users. */
  readonly users: RuntimeValue;
  /** Compares a password in main, whose event loop serves nobody. `busy`: too many are compared already. */
  readonly compare: (password: string, hash: string) => Promise<'same' | 'other' | 'busy'>;
  readonly failures: Failures;
  /** Monotonic, milliseconds. */
  readonly now: () => number;
}

const REMEMBERED = 1_000;
const REMEMBERED_MS = 60_000;
const LONGEST = 512;
/** Per user and per address. */
export const BASIC_FAILURES: FailureRate = { failures: 10, perMs: 60_000 };
/** Somebody who is not in the file costs as much as somebody who is. */
const NOBODY = '$2b$10$TmiileaR5v5M1AL.2j6VRukf0mxa7aP4BP8eysctRFNZh5MU7D7Eu';
const REFUSED: Denial = { denied: 401, reason: 'wrong user or password' };
const TOO_MANY: Denial = { denied: 429, reason: 'too many failures', retryAfterS: 6 };
const BUSY: Denial = { denied: 503, reason: 'too many passwords at once', retryAfterS: 1 };

/** Verifies users with passwords (RFC 7617, BA-1). A pair that was right is remembered for a minute, by a keyed hash. */
export class BasicVerifier implements Verifier {
  readonly name: string;
  readonly #parts: BasicParts;
  readonly #key = randomBytes(32);
  readonly #right = new Recent<{ readonly hash: string; readonly untilMs: number }>(REMEMBERED);
  #seen: unknown;
  #users = new Map<string, { readonly user: BasicUser; readonly principal: Principal }>();

  constructor(parts: BasicParts) {
    this.name = parts.spec.name;
    this.#parts = parts;
  }

  verify(credential: string, exchange: Exchange): Verdict | Promise<Verdict> {
    const { users, compare, failures, now } = this.#parts;
    if (!Array.isArray(users.value)) return { denied: 503, reason: 'users not read', retryAfterS: 5 };
    this.#update();
    const pair = credential.length > LONGEST ? undefined : pairOf(credential);
    if (pair === undefined) return REFUSED;
    const found = this.#users.get(pair.user);
    const hash = found?.user.hash ?? NOBODY;
    const id = createHmac('sha256', this.#key).update(credential).digest('base64');
    const known = this.#right.get(id);
    if (found !== undefined && known?.hash === hash && known.untilMs > now()) return found.principal;
    const counted = [failingAddress(exchange.clientAddress), `user ${pair.user}`];
    if (!counted.every((one) => failures.allows(one))) return TOO_MANY;
    return compare(pair.password, hash).then((result) => {
      if (result === 'busy') return BUSY;
      if (result === 'same' && found !== undefined) {
        this.#right.set(id, { hash, untilMs: now() + REMEMBERED_MS });
        return found.principal;
      }
      for (const one of counted) failures.count(one);
      return REFUSED;
    });
  }

  #update(): void {
    const { value } = this.#parts.users;
    if (value === this.#seen) return;
    this.#seen = value;
    const users: readonly BasicUser[] = Array.isArray(value) ? value : [];
    this.#users = new Map(users.map((user) => [user.name, { user, principal: this.#principal(user) }]));
  }

  #principal({ name, consumer = name, plan = this.#parts.spec.plan, tenant, scopes = [], roles = [] }: BasicUser): Principal {
    return {
      subject: name,
      consumer,
      consumerNamed: true,
      plan,
      tenant,
      apiKey: undefined,
      scopes,
      roles,
      claims: { sub: name },
    };
  }
}

/** The user ends at the first colon. */
function pairOf(credential: string): { readonly user: string; readonly password: string } | undefined {
  if (!/^[A-Za-z0-9+/]+=*$/.test(credential)) return undefined;
  const text = Buffer.from(credential, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 1 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
