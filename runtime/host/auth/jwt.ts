import type { Denial, Exchange, Principal, Verdict, Verifier } from '../../contract.ts';
import type { JwtSpec } from '../../verifier-spec.ts';
import type { JwsDriver } from '../drivers.ts';
import type { ClientCertificates } from './certificates.ts';
import { type ClaimReader, type Claims, claimReader } from './claims.ts';
import { type Failures, failingAddress } from './failures.ts';
import type { KeySet, VerificationKey } from './key-set.ts';
import { Recent } from './recent.ts';
import { LONGEST_TOKEN, tokenParts } from './token-parts.ts';
import { bindingOf, brokenRule, isInstant, type ResolvedRules } from './token-rules.ts';

/** What a JWT verifier is made of. */
export interface JwtParts {
  readonly spec: JwtSpec;
  readonly rules: ResolvedRules;
  readonly keys: KeySet;
  readonly jws: JwsDriver;
  readonly failures: Failures;
  readonly certificates: ClientCertificates;
  /** Whether the token was revoked (JW-8). */
  readonly isRevoked: (claims: Claims) => boolean;
  /** For tokens that are no JWT. */
  readonly opaque: Verifier | undefined;
  /** Wall clock, milliseconds. */
  readonly clock: () => number;
}

/** A verified token. */
interface Remembered {
  readonly principal: Principal;
  /** Wall clock, milliseconds. */
  readonly untilMs: number;
  readonly binding: ReturnType<typeof bindingOf>;
}

const REMEMBERED = 10_000;
const REFUSED = 1_000;
const REFUSED_MS = 10_000;

export function denial(reason: string): Denial {
  return { denied: 401, reason };
}

/**
 * Verifies JWTs (JW-1 to JW-11). A token that was verified a short while ago costs a hash and a look-up; its end, its revocation and the
 * certificate it is bound to are checked every time. Keys come from the issuer alone: `jku`, `jwk`, `x5u` and `x5c` of a token are never
 * read.
 */
export class JwtVerifier implements Verifier {
  readonly name: string;
  readonly #parts: JwtParts;
  readonly #claims: ClaimReader;
  readonly #algorithms: ReadonlySet<string>;
  readonly #verified = new Recent<Remembered>(REMEMBERED);
  readonly #refused = new Recent<{ readonly denial: Denial; readonly untilMs: number }>(REFUSED);
  readonly #underWay = new Map<string, Promise<Verdict>>();

  constructor(parts: JwtParts) {
    this.name = parts.spec.name;
    this.#parts = parts;
    this.#claims = claimReader(parts.spec.claims, parts.rules.issuer);
    this.#algorithms = new Set(parts.spec.algorithms);
    parts.keys.onRemoved = () => this.#verified.clear();
  }

  verify(token: string, exchange: Exchange): Verdict | Promise<Verdict> {
    const { keys, opaque, failures, clock } = this.#parts;
    if (token.length > LONGEST_TOKEN) return denial('malformed');
    keys.update();
    const id = exchange.credentialHash(token);
    const known = this.#verified.get(id);
    if (known !== undefined && known.untilMs > clock()) return this.#again(known, exchange);
    const refused = this.#refused.get(id);
    if (refused !== undefined && refused.untilMs > clock()) return refused.denial;
    const parts = tokenParts(token);
    if (parts === undefined && opaque !== undefined) return opaque.verify(token, exchange);
    if (!failures.allows(failingAddress(exchange.clientAddress)))
      return { denied: 429, reason: 'too many failures', retryAfterS: 1 };
    if (parts === undefined || parts === 'malformed') return this.#refuse(id, 'malformed', exchange);
    const { header, claims } = parts;
    // Cheap, and tells issuers apart where several bindings take the same header: no failure of anybody.
    if (claims.iss !== this.#parts.rules.issuer) return denial('issuer');
    const wrong = this.#wrongHeader(header) ?? this.#broken(claims);
    if (wrong !== undefined) return this.#refuse(id, wrong, exchange);
    return this.#once(id, () => this.#verifyNew(id, token, header, claims, exchange)).then((verdict) =>
      verdict.denied === undefined ? this.#bound(verdict, bindingOf(claims), exchange) : verdict,
    );
  }

  /** One verification of a token at a time. */
  #once(id: string, verify: () => Promise<Verdict>): Promise<Verdict> {
    const known = this.#underWay.get(id);
    if (known !== undefined) return known;
    const made = verify().finally(() => this.#underWay.delete(id));
    this.#underWay.set(id, made);
    return made;
  }

  async #verifyNew(id: string, token: string, header: Claims, claims: Claims, exchange: Exchange): Promise<Verdict> {
    const { keys, spec, isRevoked, clock } = this.#parts;
    const kid = typeof header.kid === 'string' ? header.kid : undefined;
    const alg = String(header.alg);
    const tried = keys.candidates(kid, alg);
    let signed = await this.#signedBy(tried, token);
    if (!signed) {
      const anew = await keys.candidatesAnew(kid, alg);
      signed = await this.#signedBy(
        anew.filter((one) => !tried.includes(one)),
        token,
      );
    }
    if (!signed && !keys.isLoaded) return { denied: 503, reason: 'keys unavailable', retryAfterS: 5 };
    if (!signed) return this.#refuse(id, tried.length === 0 ? 'unknown key' : 'signature', exchange);
    if (isRevoked(claims)) return denial('revoked');
    const principal = this.#claims.principal(claims);
    const endMs = isInstant(claims.exp) ? (claims.exp + this.#parts.rules.clockSkewS) * 1_000 : 0;
    const untilMs = Math.min(endMs, clock() + spec.maxCacheMs);
    this.#verified.set(id, { principal, untilMs, binding: bindingOf(claims) });
    return principal;
  }

  async #signedBy(keys: readonly VerificationKey[], token: string): Promise<boolean> {
    for (const { key } of keys) if (await this.#parts.jws.verify(token, key, this.#parts.spec.algorithms)) return true;
    return false;
  }

  #again({ principal, binding }: Remembered, exchange: Exchange): Verdict {
    if (this.#parts.isRevoked(principal.claims)) return denial('revoked');
    return binding === undefined ? principal : this.#bound(principal, binding, exchange);
  }

  /** MT-5: a token that is bound to a certificate is good with that certificate only. */
  #bound(principal: Principal, binding: Remembered['binding'], exchange: Exchange): Verdict {
    if (binding === undefined) return principal;
    if (binding === 'other') return denial('binding');
    return this.#parts.certificates.thumbprint(exchange) === binding.thumbprint ? principal : denial('binding');
  }

  #wrongHeader({ alg, typ, crit, b64 }: Claims): string | undefined {
    if (typeof alg !== 'string' || !this.#algorithms.has(alg)) return 'algorithm';
    if (crit !== undefined || b64 !== undefined) return 'critical header';
    if (typ === undefined) return undefined;
    const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : '';
    return this.#parts.spec.types.includes(type) ? undefined : 'type';
  }

  #broken(claims: Claims): string | undefined {
    const { rules, spec, clock } = this.#parts;
    const broken = brokenRule(claims, rules, this.#claims, clock() / 1_000, true);
    if (broken !== undefined || !spec.requireAccessToken) return broken;
    const isIdToken = claims.nonce !== undefined || claims.at_hash !== undefined;
    return isIdToken && claims.scope === undefined && claims.client_id === undefined ? 'type' : undefined;
  }

  #refuse(id: string, reason: string, exchange: Exchange): Denial {
    this.#parts.failures.count(failingAddress(exchange.clientAddress));
    const refused = denial(reason);
    this.#refused.set(id, { denial: refused, untilMs: this.#parts.clock() + REFUSED_MS });
    return refused;
  }
}
