import type { ClaimReader, Claims } from './claims.ts';
import { isFields } from './token-parts.ts';

/** Rules of a binding with the environment resolved. */
export interface ResolvedRules {
  readonly issuer: string;
  readonly audience: ReadonlySet<string> | 'any';
  readonly clockSkewS: number;
}

/** Later ends are no instants that a clock can show. */
const LATEST_S = 8_640_000_000_000;

/**
 * What of a token's claims does not hold (JW-2): issuer exactly, one audience, a future end, no beginning or issue in the future.
 *
 * @param required whether `iss`, `aud` and `exp` must be there: in a JWT they must, an introspection has vouched for the token
 * @param nowS wall clock, seconds
 * @returns the failed check, or undefined
 */
export function brokenRule(
  claims: Claims,
  rules: ResolvedRules,
  reader: ClaimReader,
  nowS: number,
  required: boolean,
): string | undefined {
  const { iss, exp, nbf, iat } = claims;
  const { issuer, audience, clockSkewS } = rules;
  if (iss !== issuer && (required || iss !== undefined)) return 'issuer';
  if (!isInstant(exp) && (required || exp !== undefined)) return 'exp';
  if (isInstant(exp) && exp + clockSkewS <= nowS) return 'expired';
  if (nbf !== undefined && !(isInstant(nbf) && nbf - clockSkewS <= nowS)) return 'not yet valid';
  if (iat !== undefined && !(isInstant(iat) && iat - clockSkewS <= nowS)) return 'issued in the future';
  if (audience !== 'any' && !reader.audiences(claims).some((one) => audience.has(one))) return 'audience';
  return undefined;
}

export function isInstant(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= LATEST_S;
}

/** The thumbprint that the token is bound to (RFC 8705 §3.1), `other` for a binding that is not known here; undefined without one. */
export function bindingOf({ cnf }: Claims): { readonly thumbprint: string } | 'other' | undefined {
  if (cnf === undefined) return undefined;
  const thumbprint = isFields(cnf) ? cnf['x5t#S256'] : undefined;
  return typeof thumbprint === 'string' ? { thumbprint } : 'other';
}
