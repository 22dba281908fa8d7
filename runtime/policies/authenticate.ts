import type { Denial, Exchange, Identity, PolicyEnv, PolicyFactory, Principal, Reply, Verdict, Verifier } from '../contract.ts';
import { type CredentialPlace, type CredentialReader, credentialReader, type Found } from '../credentials/reader.ts';
import {
  type Challenge,
  consumersDiffer,
  credentialMissing,
  credentialRefused,
  insufficientScope,
} from '../credentials/refusals.ts';

export interface AuthenticateOptions {
  /** OR of ANDs; an empty AND stands for "or nobody" (`{}`). */
  readonly alternatives: readonly (readonly RequiredCredential[])[];
  readonly realm: string;
  /** Nobody waits longer for a verifier than for the whole exchange. */
  readonly timeoutMs: number;
}

export interface RequiredCredential {
  /** Name of the scheme in the document. */
  readonly scheme: string;
  /** Name of the binding. */
  readonly verifier: string;
  readonly place: CredentialPlace;
  /** Of the challenge. */
  readonly challenge: Challenge['scheme'];
  /** All of them. */
  readonly scopes: readonly string[];
  /** Whether a role of the same name does as well: what OpenAPI 3.1 lets other schemes than OAuth list. */
  readonly orRoles: boolean;
  /** Whether the service receives an accepted credential. */
  readonly forward: boolean;
}

/** A required credential, ready. */
interface Part {
  readonly scheme: string;
  readonly verifier: Verifier;
  /** Index of its reader. */
  readonly place: number;
  readonly scopes: readonly string[];
  readonly orRoles: boolean;
  readonly forward: boolean;
  readonly challenge: Challenge;
  readonly lacksScope: Reply;
}

interface Alternative {
  readonly parts: readonly Part[];
  readonly schemes: readonly string[];
}

interface Attempt {
  readonly exchange: Exchange;
  /** By index of the reader. */
  readonly found: readonly Found[];
  /** The refusal to give when no alternative holds; the gravest one so far. */
  refusal: Reply | undefined;
}

type Outcome = undefined | Reply;
type Later<T> = T | Promise<T>;

/**
 * Proves who calls, as OpenAPI's `security` says it (ID-1): alternatives in the order of the document among those whose credentials are
 * present; each needs all of its credentials. Without any credential the answer names every challenge; `{}` lets nobody in particular pass.
 * A credential that is present and wrong is refused, optional or not. Fails closed: what cannot be verified is not accepted.
 *
 * The upstream receives no credential that was not verified here.
 */
export const authenticate: PolicyFactory<AuthenticateOptions> = (options, env) => {
  const { timeoutMs } = options;
  const { readers, alternatives, mayBeNobody } = prepare(options, env);
  const missing = credentialMissing(distinct(alternatives.flatMap(({ parts }) => parts.map(({ challenge }) => challenge))));

  const [first] = alternatives.flatMap(({ parts }) => parts);
  const late = first === undefined ? missing : credentialRefused(LATE, first.challenge);

  return (exchange) => {
    const found = readers.map((reader) => reader.read(exchange));
    const outcome = tryFrom({ exchange, found, refusal: undefined }, 0);
    return isPromise(outcome) ? env.within(outcome, timeoutMs, late) : outcome;
  };

  /** Tries the alternatives from this one on. */
  function tryFrom(attempt: Attempt, first: number): Later<Outcome> {
    for (let index = first; index < alternatives.length; index += 1) {
      const alternative = alternatives[index];
      if (alternative === undefined || !isPresent(alternative, attempt.found)) continue;
      const judged = judge(alternative, attempt);
      if (isPromise(judged)) return judged.then((accepted) => (accepted ? undefined : tryFrom(attempt, index + 1)));
      if (judged) return undefined;
    }
    return refusalOf(attempt);
  }

  function refusalOf({ exchange, found, refusal }: Attempt): Outcome {
    if (refusal !== undefined) return refusal;
    if (!found.some((one) => one !== undefined && one !== '')) {
      if (mayBeNobody) return undefined;
      exchange.note('auth', 'missing');
      return missing;
    }
    // Some of an AND are there, and no alternative is complete.
    exchange.note('auth', 'incomplete');
    const absent = alternatives.flatMap(({ parts }) => parts.filter(({ place }) => found[place] === undefined));
    return credentialMissing(distinct(absent.map(({ challenge }) => challenge)));
  }

  /** @returns whether every credential of the alternative is accepted; then the exchange has its identity */
  function judge(alternative: Alternative, attempt: Attempt): Later<boolean> {
    const verdicts: Verdict[] = [];
    const next = (): Later<boolean> => {
      for (let index = verdicts.length; index < alternative.parts.length; index += 1) {
        const part = alternative.parts[index];
        if (part === undefined) break;
        const verdict = verdictOf(part, attempt);
        if (isPromise(verdict)) {
          return verdict.then((given) => {
            verdicts.push(given);
            return accepted(part, given, attempt) && next();
          });
        }
        verdicts.push(verdict);
        if (!accepted(part, verdict, attempt)) return false;
      }
      return admit(alternative, verdicts, attempt);
    };
    return next();
  }

  function admit(alternative: Alternative, verdicts: readonly Verdict[], attempt: Attempt): boolean {
    const { exchange } = attempt;
    const identity = identityOf(alternative.schemes, verdicts.filter(isPrincipal));
    if (identity === undefined) {
      worsen(attempt, consumersDiffer, 'consumers differ');
      return false;
    }
    exchange.identity = identity;
    for (const [index, reader] of readers.entries()) {
      const part = alternative.parts.find(({ place }) => place === index);
      if (part?.forward !== true) reader.remove(exchange);
    }
    return true;
  }
};

function prepare({ alternatives, realm }: AuthenticateOptions, env: PolicyEnv) {
  const readers: CredentialReader[] = [];
  const places = new Map<string, number>();
  const placeOf = (place: CredentialPlace): number => {
    const key = JSON.stringify(place);
    const index = places.get(key) ?? readers.push(credentialReader(place, env)) - 1;
    places.set(key, index);
    return index;
  };
  const partOf = ({ scheme, verifier, place, challenge: name, scopes, orRoles, forward }: RequiredCredential): Part => {
    const challenge: Challenge = { scheme: name, realm };
    return {
      scheme,
      verifier: env.verifier(verifier),
      place: placeOf(place),
      scopes,
      orRoles,
      forward,
      challenge,
      lacksScope: insufficientScope(scopes, challenge),
    };
  };
  return {
    readers,
    alternatives: alternatives
      .filter((parts) => parts.length > 0)
      .map((parts): Alternative => ({ parts: parts.map(partOf), schemes: parts.map(({ scheme }) => scheme) })),
    mayBeNobody: alternatives.some((parts) => parts.length === 0),
  };
}

function verdictOf({ verifier, place }: Part, { found, exchange }: Attempt): Later<Verdict> {
  const credential = found[place];
  if (typeof credential !== 'string') return SEVERAL_FOUND;
  return verifier.verify(credential, exchange);
}

/** JW-5: whoever waits for an issuer has the deadline of the exchange. */
const LATE: Denial = { denied: 503, reason: 'slow', retryAfterS: 5 };

const SEVERAL_FOUND: Denial = { denied: 400, reason: 'several' };

function accepted(part: Part, verdict: Verdict, attempt: Attempt): boolean {
  if (verdict.denied !== undefined) {
    // A certificate that is not there is no credential that was refused.
    if (verdict.reason === 'missing') return false;
    worsen(attempt, credentialRefused(verdict, part.challenge), verdict.reason);
    return false;
  }
  const { scopes, roles } = verdict;
  if (part.scopes.every((scope) => scopes.includes(scope) || (part.orRoles && roles.includes(scope)))) return true;
  worsen(attempt, part.lacksScope, 'scope');
  return false;
}

/** What is said when every alternative fails: that something was proved weighs more than that something was not. */
const GRAVITY: readonly number[] = [400, 401, 429, 503, 403];

function worsen(attempt: Attempt, refusal: Reply, reason: string): void {
  attempt.exchange.note('auth', reason);
  const before = attempt.refusal === undefined ? -1 : GRAVITY.indexOf(attempt.refusal.status);
  if (GRAVITY.indexOf(refusal.status) > before) attempt.refusal = refusal;
}

function isPresent({ parts }: Alternative, found: readonly Found[]): boolean {
  return parts.every(({ place }) => found[place] !== undefined);
}

function isPrincipal(verdict: Verdict): verdict is Principal {
  return verdict.denied === undefined;
}

/**
 * One identity of all credentials of an alternative: the first with a plan says consumer and plan, the first that knows it each of the
 * others.
 *
 * @returns undefined when two of them name different consumers
 */
function identityOf(schemes: readonly string[], principals: readonly Principal[]): Identity | undefined {
  const [first] = principals;
  if (first === undefined) return undefined;
  if (principals.length === 1) {
    const { subject, consumer, plan, tenant, apiKey, apiKeyEnds, certificate, scopes, roles, claims } = first;
    return { schemes, subject, consumer, plan, tenant, apiKey, apiKeyEnds, certificate, scopes, roles, claims };
  }
  const named = principals.filter(({ consumerNamed }) => consumerNamed);
  if (named.some(({ consumer }) => consumer !== named[0]?.consumer)) return undefined;
  const payer = principals.find(({ plan }) => plan !== undefined) ?? first;
  const known = <K extends 'subject' | 'tenant' | 'apiKey' | 'apiKeyEnds' | 'certificate'>(key: K): string | undefined =>
    principals.find((one) => one[key] !== undefined)?.[key];
  return {
    schemes,
    subject: known('subject'),
    consumer: named[0]?.consumer ?? payer.consumer,
    plan: payer.plan,
    tenant: known('tenant'),
    apiKey: known('apiKey'),
    apiKeyEnds: known('apiKeyEnds'),
    certificate: known('certificate'),
    scopes: [...new Set(principals.flatMap(({ scopes }) => scopes))],
    roles: [...new Set(principals.flatMap(({ roles }) => roles))],
    claims: (principals.find(({ claims }) => Object.keys(claims).length > 0) ?? first).claims,
  };
}

function distinct(challenges: readonly Challenge[]): readonly Challenge[] {
  return challenges.filter((one, index) => challenges.findIndex(({ scheme }) => scheme === one.scheme) === index);
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return value instanceof Promise;
}
