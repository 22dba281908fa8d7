import type { Denial, Exchange, Principal, Verdict, Verifier } from '../../contract.ts';
import type { ClientCertificates } from './certificates.ts';
import type { ClaimReader, Claims } from './claims.ts';
import { type Failures, failingAddress } from './failures.ts';
import { Recent } from './recent.ts';
import { isFields, LONGEST_TOKEN } from './token-parts.ts';
import { bindingOf, brokenRule, isInstant, type ResolvedRules } from './token-rules.ts';

/** Asks the authorization server about a token; rejects when it cannot be asked, or answers something else than RFC 7662 says. */
export type AskServer = (token: string) => Promise<Claims>;

export interface IntrospectionParts {
  readonly name: string;
  readonly rules: ResolvedRules;
  readonly claims: ClaimReader;
  readonly ask: AskServer;
  /** An active token is remembered for this long, but never beyond its end (IN-2). */
  readonly maxCacheMs: number;
  readonly failures: Failures;
  readonly certificates: ClientCertificates;
  readonly isRevoked: (claims: Claims) => boolean;
  /** Told of every answer of the server (IN-4). */
  readonly count: (result: 'introspectionActive' | 'introspectionInactive' | 'introspectionFailed') => void;
  /** Wall clock, milliseconds. */
  readonly clock: () => number;
}

interface Remembered {
  readonly principal: Principal;
  readonly untilMs: number;
  readonly binding: ReturnType<typeof bindingOf>;
}

const ACTIVE = 10_000;
/** Apart, so that random tokens cannot push out good ones. */
const INACTIVE = 1_000;
const INACTIVE_MS = 10_000;
/** Failures in a row after which the server is left alone for a while. */
const BREAK_AFTER = 5;
const BREAK_MS = 5_000;

/** What nobody can tell at the moment: the client must not throw its token away (IN-3). */
const UNAVAILABLE: Denial = { denied: 503, reason: 'introspection unavailable', retryAfterS: 5 };

/** Verifies opaque tokens with the server that issued them (RFC 7662, IN-1 to IN-4). */
export class IntrospectionVerifier implements Verifier {
  readonly name: string;
  readonly #parts: IntrospectionParts;
  readonly #active = new Recent<Remembered>(ACTIVE);
  readonly #refused = new Recent<{ readonly denial: Denial; readonly untilMs: number }>(INACTIVE);
  readonly #underWay = new Map<string, Promise<Remembered | Denial>>();
  #failed = 0;
  #closedUntilMs = 0;

  constructor(parts: IntrospectionParts) {
    this.name = parts.name;
    this.#parts = parts;
  }

  verify(token: string, exchange: Exchange): Verdict | Promise<Verdict> {
    const { clock, failures } = this.#parts;
    if (token.length > LONGEST_TOKEN || token === '') return { denied: 401, reason: 'malformed' };
    const id = exchange.credentialHash(token);
    const known = this.#active.get(id);
    if (known !== undefined && known.untilMs > clock()) return this.#judge(known, exchange);
    const refused = this.#refused.get(id);
    if (refused !== undefined && refused.untilMs > clock()) return refused.denial;
    if (clock() < this.#closedUntilMs) return UNAVAILABLE;
    if (!failures.allows(failingAddress(exchange.clientAddress)))
      return { denied: 429, reason: 'too many failures', retryAfterS: 1 };
    return this.#once(id, token).then((found) => {
      if ('denied' in found) {
        if (found.denied === 401) failures.count(failingAddress(exchange.clientAddress));
        return found;
      }
      return this.#judge(found, exchange);
    });
  }

  /** One question about a token at a time. */
  #once(id: string, token: string): Promise<Remembered | Denial> {
    const known = this.#underWay.get(id);
    if (known !== undefined) return known;
    const asked = this.#ask(id, token).finally(() => this.#underWay.delete(id));
    this.#underWay.set(id, asked);
    return asked;
  }

  async #ask(id: string, token: string): Promise<Remembered | Denial> {
    const { ask, clock, rules, claims: reader, maxCacheMs, count } = this.#parts;
    let claims: Claims;
    try {
      claims = await ask(token);
      this.#failed = 0;
    } catch {
      count('introspectionFailed');
      this.#failed += 1;
      if (this.#failed >= BREAK_AFTER) this.#closedUntilMs = clock() + BREAK_MS;
      return UNAVAILABLE;
    }
    count(claims.active === true ? 'introspectionActive' : 'introspectionInactive');
    if (claims.active !== true) return this.#refuse(id, 'inactive');
    const broken = brokenRule(claims, rules, reader, clock() / 1_000, false);
    // The server has said what it knows: asking again would tell the same.
    if (broken !== undefined) return this.#refuse(id, broken);
    const endMs = isInstant(claims.exp) ? (claims.exp + rules.clockSkewS) * 1_000 : Number.POSITIVE_INFINITY;
    const found: Remembered = {
      principal: reader.principal(claims),
      untilMs: Math.min(endMs, clock() + maxCacheMs),
      binding: bindingOf(claims),
    };
    this.#active.set(id, found);
    return found;
  }

  #refuse(id: string, reason: string): Denial {
    const denial: Denial = { denied: 401, reason };
    this.#refused.set(id, { denial, untilMs: this.#parts.clock() + INACTIVE_MS });
    return denial;
  }

  #judge({ principal, binding }: Remembered, exchange: Exchange): Verdict {
    if (this.#parts.isRevoked(principal.claims)) return { denied: 401, reason: 'revoked' };
    if (binding === undefined) return principal;
    const bound = binding !== 'other' && this.#parts.certificates.thumbprint(exchange) === binding.thumbprint;
    return bound ? principal : { denied: 401, reason: 'binding' };
  }
}

/** Whether an answer is one of RFC 7662: anything else counts as no answer (IN-4). */
export function isIntrospection(value: unknown): value is Claims {
  return isFields(value) && typeof value.active === 'boolean';
}
