import type { Exchange, Verdict } from '../../contract.ts';
import type { AdminJwtSpec } from '../../gateway-spec.ts';
import type { HostServices } from '../services.ts';
import type { AdminPrincipal } from './tokens.ts';

/** Who a token of the issuer names, and what for; undefined for one that is not good, `away` while nobody can tell. */
export type Staff = (token: string, exchange: Exchange) => Verified | Promise<Verified>;

type Verified = AdminPrincipal | 'away' | undefined;

/**
 * Staff with tokens of an issuer (AD-2), verified as those of callers are. Their scopes are those of all their roles; a role that the
 * gateway file does not name is good for nothing.
 */
export function staffOf(host: Pick<HostServices, 'openVerifier'>, { verifier: spec, roles }: AdminJwtSpec): Staff {
  const { verifier } = host.openVerifier(spec);
  const scopes = new Map(roles);
  const judge = (verdict: Verdict): Verified => {
    if (verdict.denied !== undefined) return verdict.denied === 503 ? 'away' : undefined;
    const { subject, consumer } = verdict;
    return {
      name: `${spec.name}:${subject ?? consumer ?? '-'}`,
      scopes: [...new Set(verdict.roles.flatMap((role) => scopes.get(role) ?? []))],
    };
  };
  return (token, exchange) => {
    const verdict = verifier.verify(token, exchange);
    return verdict instanceof Promise ? verdict.then(judge) : judge(verdict);
  };
}
