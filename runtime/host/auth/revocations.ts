import type { HostServices } from '../services.ts';
import type { Claims } from './claims.ts';
import { isFields } from './token-parts.ts';

/** The runtime value that says which tokens are revoked. */
export const REVOKED = 'revoked';

/**
 * What is revoked (JW-8): ids of tokens and of sessions, and all that was issued to a user or a client up to an instant. Each member maps a
 * value to seconds since the epoch: until when it is remembered for `jti` and `sid`, the latest `iat` for `sub` and `client_id`.
 */
export interface Revocations {
  readonly jti?: Readonly<Record<string, number>>;
  readonly sid?: Readonly<Record<string, number>>;
  readonly sub?: Readonly<Record<string, number>>;
  readonly client_id?: Readonly<Record<string, number>>;
}

/** Asks what operators have revoked. Costs one look at a holder while that is nothing. */
export function isRevoked({ runtimeValues }: Pick<HostServices, 'runtimeValues'>): (claims: Claims) => boolean {
  const holder = runtimeValues.holder(REVOKED);
  const listed = (set: string, value: unknown): number | undefined => {
    const revoked = isFields(holder.value) ? holder.value[set] : undefined;
    if (!isFields(revoked) || typeof value !== 'string' || !Object.hasOwn(revoked, value)) return undefined;
    return Number(revoked[value]);
  };
  return (claims) => {
    if (holder.value === undefined) return false;
    const { jti, sid, sub, client_id: client, iat } = claims;
    if (listed('jti', jti) !== undefined || listed('sid', sid) !== undefined) return true;
    const until = Math.max(listed('sub', sub) ?? -1, listed('client_id', client) ?? -1);
    // A token that does not say when it was issued may be of before.
    return until >= 0 && !(typeof iat === 'number' && iat > until);
  };
}
