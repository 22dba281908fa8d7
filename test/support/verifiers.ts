/** Verifiers over a clock that tests move. */
import type { Verdict, Verifier } from '../../runtime/contract.ts';
import { clientCertificates } from '../../runtime/host/auth/certificates.ts';
import { Failures } from '../../runtime/host/auth/failures.ts';
import { jws } from '../../runtime/host/auth/jws.ts';
import { JwtVerifier } from '../../runtime/host/auth/jwt.ts';
import { KeySet } from '../../runtime/host/auth/key-set.ts';
import type { KeyQuestion } from '../../runtime/host/auth/key-sources.ts';
import { MemoryStore } from '../../runtime/host/limits/memory-store.ts';
import type { JwtSpec } from '../../runtime/verifier-spec.ts';
import { type ExchangeOptions, fakeEnv, fakeExchange } from './exchange.ts';
import { type SigningKey, signingKey } from './issuer.ts';
import { testStore } from './limits.ts';

/** Wall clock and monotonic clock in one, milliseconds. */
export interface TestClock {
  ms: number;
}

export const ISSUER = 'https://id.example.com';
/** 2026-11-23T00:00:00Z */
export const NOW_S = 1_795_392_000;

export interface JwtUnderTest {
  readonly verifier: Verifier;
  readonly clock: TestClock;
  /** What main has published; replace it as main does. */
  readonly holder: { value: unknown };
  /** How often the key set was asked for anew. */
  asked: number;
  readonly reasons: KeyQuestion[];
  /** After how long main says that asking again is of use. */
  waitMs: number;
  /** What happens then. */
  onAsk: () => void;
  readonly revoked: Set<string>;
  verify(token: string, exchange?: ExchangeOptions): Promise<Verdict>;
}

export function jwtSpec(changes: Partial<JwtSpec> = {}): JwtSpec {
  return {
    type: 'jwt',
    name: 'user',
    issuer: ISSUER,
    audience: ['api'],
    clockSkewS: 30,
    claims: {},
    algorithms: ['ES256', 'EdDSA', 'Ed25519', 'PS256', 'RS256'],
    types: ['at+jwt', 'jwt'],
    requireAccessToken: false,
    maxCacheMs: 300_000,
    maxStaleMs: 86_400_000,
    ...changes,
  };
}

/** @param opaque for tokens that are no JWT */
export function jwtVerifier(
  keys: readonly SigningKey[] = [signingKey()],
  changes: Partial<JwtSpec> = {},
  opaque?: Verifier,
): JwtUnderTest {
  const spec = jwtSpec(changes);
  const clock: TestClock = { ms: NOW_S * 1_000 };
  const holder: { value: unknown } = { value: { keys: keys.map(({ jwk }) => jwk) } };
  const revoked = new Set<string>();
  const ask = async (why: KeyQuestion): Promise<number> => {
    under.asked += 1;
    under.reasons.push(why);
    under.onAsk();
    return under.waitMs;
  };
  const verifier = new JwtVerifier({
    spec,
    rules: {
      issuer: spec.issuer,
      audience: spec.audience === 'any' ? 'any' : new Set(spec.audience),
      clockSkewS: spec.clockSkewS,
    },
    keys: new KeySet(holder, ask, () => clock.ms),
    jws,
    failures: new Failures(
      new MemoryStore(testStore().memory, 1, { monotonicUs: () => clock.ms * 1_000, wallMs: () => clock.ms }),
    ),
    certificates: clientCertificates((name) => fakeEnv.headerSlot(name)),
    isRevoked: ({ jti }) => typeof jti === 'string' && revoked.has(jti),
    opaque,
    clock: () => clock.ms,
  });
  const under: JwtUnderTest = {
    verifier,
    clock,
    holder,
    asked: 0,
    reasons: [],
    waitMs: 30_000,
    onAsk: () => undefined,
    revoked,
    verify: async (token, exchange) => await verifier.verify(token, fakeExchange(exchange)),
  };
  return under;
}
