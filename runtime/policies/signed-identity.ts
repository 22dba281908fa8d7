import { claimAt } from '../claim-at.ts';
import type { Identity, PolicyFactory } from '../contract.ts';
import { problem } from '../problem.ts';

export interface SignedIdentityOptions {
  /** Name of the field, lower case. */
  readonly header: string;
  /** Names of the services that it is for. */
  readonly audience: readonly string[];
  /** Claims of the caller's own token that are passed on under their names. */
  readonly claims: readonly string[];
}

/** What was signed for the callers of one token. */
interface Signed {
  readonly identity: Identity;
  readonly token: string;
  /** Until when it is used again, milliseconds since the epoch: what is left of its life then is the service's to read it in. */
  readonly untilMs: number;
}

/** Longest field, characters. */
const MOST = 8_192;
/** Only the gateway says these. */
const OWN: ReadonlySet<string> = new Set(['iss', 'aud', 'exp', 'iat', 'nbf', 'jti', 'cnf']);

/**
 * Tells the service who calls in a form that it can verify itself: a JWT that is signed by the gateway, for this service alone, and valid
 * for a minute (ID-4). Made once for the callers of one token, and used again for the first half of its life.
 */
export const signedIdentity: PolicyFactory<SignedIdentityOptions> = ({ header, audience, claims: passed }, env) => {
  const signer = env.identitySigner();
  const [only] = audience;
  const aud = audience.length === 1 ? only : audience;
  /** By the claims, which the exchanges of one token share. */
  const known = new WeakMap<Identity['claims'], Signed>();

  return (exchange) => {
    const { identity } = exchange;
    if (identity === undefined) return undefined;
    const tell = (token: string) => {
      if (header.length + token.length > MOST) return problem.headersTooLarge;
      exchange.setRequestHeader(header, token);
      return undefined;
    };
    const { claims } = identity;
    const signed = known.get(claims);
    const nowMs = env.clock();
    if (signed !== undefined && nowMs < signed.untilMs && isSame(signed.identity, identity)) return tell(signed.token);
    return signer.sign({ ...passedOn(identity, passed), ...said(identity), aud }).then((token) => {
      known.set(claims, { identity, token, untilMs: nowMs + signer.lifetimeMs / 2 });
      return tell(token);
    });
  };
};

/** Claims that say nothing are not there. */
function said({ subject, consumer, plan, tenant, apiKey, scopes, roles }: Identity): Readonly<Record<string, unknown>> {
  return {
    ...(subject === undefined ? {} : { sub: subject }),
    ...(consumer === undefined ? {} : { consumer }),
    ...(plan === undefined ? {} : { plan }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(apiKey === undefined ? {} : { api_key: apiKey }),
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    ...(roles.length === 0 ? {} : { roles }),
  };
}

function passedOn({ claims }: Identity, names: readonly string[]): Readonly<Record<string, unknown>> {
  const found = names.map((name) => [name, claimAt(claims, name)] as const);
  return Object.fromEntries(found.filter(([name, value]) => value !== undefined && !OWN.has(name)));
}

/** Whether one token says the same about both: a credential next to it may say who pays. */
function isSame(one: Identity, other: Identity): boolean {
  return (
    one === other ||
    (one.consumer === other.consumer &&
      one.plan === other.plan &&
      one.subject === other.subject &&
      one.tenant === other.tenant &&
      one.apiKey === other.apiKey &&
      one.scopes.join(' ') === other.scopes.join(' ') &&
      one.roles.join(' ') === other.roles.join(' '))
  );
}
