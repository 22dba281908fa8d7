import type { Exchange, Identity, PolicyFactory, Reply } from '../contract.ts';
import { problemReply } from '../credentials/refusals.ts';
import { RequestScope } from '../expressions/scope.ts';
import { problem } from '../problem.ts';
import { REVOCATIONS_STALE } from '../runtime-value-keys.ts';

export interface AuthorizeOptions {
  /** All of them. */
  readonly scopes?: readonly string[];
  /** One of them; roles that include one of the document's are among them. */
  readonly roles?: readonly string[];
  /** Id of a compiled expression. */
  readonly when?: string;
  readonly mfa?: MfaOptions;
  /** Refuses everybody: nothing says who may. */
  readonly deny?: boolean;
  /** Decides and notes, and refuses nobody. */
  readonly shadow?: true;
  /** 404 instead of 403 where the expression refuses. */
  readonly hideExistence?: true;
  /** Nobody passes while nobody knows which tokens are revoked (JW-8). */
  readonly sensitive?: true;
}

export interface MfaOptions {
  /** One of these in the claim `amr`, or the claim `acr` is one of `acr`. */
  readonly amr: readonly string[];
  readonly acr: readonly string[];
  /** Since the claim `auth_time`. */
  readonly maxAgeSeconds?: number;
}

/** Why a caller is refused. */
type Verdict = 'scope' | 'role' | 'policy' | 'mfa' | 'deny';

/** Names what refuses, for the log and for the caller (AZ-4, AZ-6): the key that says it, never its value. */
const RULES: Readonly<Record<Verdict, string>> = {
  scope: 'authorize.scopes',
  role: 'authorize.roles',
  policy: 'authorize.when',
  mfa: 'authorize.mfa',
  deny: 'authorize.defaultDeny',
};

/** Clocks of issuers are not ours. */
const SKEW_SECONDS = 30;

/**
 * Whether this caller may do this (AZ-1 to AZ-6): scopes, then roles, then the expression, then the second factor; the first that fails
 * refuses. What cannot be decided is a refusal. The problem names the rule that failed, never what it says; the log has every decision.
 */
export const authorize: PolicyFactory<AuthorizeOptions> = (
  { scopes = [], roles, when, mfa, deny = false, shadow = false, hideExistence = false, sensitive = false },
  env,
) => {
  const allowed = roles === undefined ? undefined : new Set(roles);
  const holds = when === undefined ? undefined : env.expression(when)((name) => env.headerSlot(name));
  const replies: Readonly<Record<Verdict, Reply>> = {
    scope: insufficientScope(scopes),
    role: refusal('role', 'The caller does not have the role for this.'),
    policy: hideExistence ? problem.notFound : refusal('policy', 'The caller may not do this.'),
    deny: hideExistence ? problem.notFound : refusal('deny', 'The caller may not do this.'),
    mfa: stepUp(mfa),
  };
  const judge = (exchange: Exchange): Verdict | undefined => {
    if (deny) return 'deny';
    const { identity } = exchange;
    if (identity === undefined)
      return scopes.length > 0 ? 'scope' : allowed !== undefined ? 'role' : mfa !== undefined ? 'mfa' : judgeExpression(exchange);
    if (!scopes.every((scope) => identity.scopes.includes(scope))) return 'scope';
    if (allowed !== undefined && !identity.roles.some((role) => allowed.has(role))) return 'role';
    return judgeExpression(exchange) ?? (mfa === undefined || isStrong(identity, mfa, env.clock()) ? undefined : 'mfa');
  };
  const judgeExpression = (exchange: Exchange): Verdict | undefined =>
    holds === undefined || holds(new RequestScope(exchange, env)) === true ? undefined : 'policy';
  const stale = sensitive && !shadow ? env.runtimeValue(REVOCATIONS_STALE) : undefined;
  return (exchange) => {
    if (stale?.value === true && exchange.identity !== undefined) {
      exchange.note('authz.decision', 'deny');
      exchange.note('authz.rule', 'authorize.sensitive');
      return unknownRevocations;
    }
    const verdict = judge(exchange);
    exchange.note('authz.decision', verdict === undefined ? 'allow' : shadow ? 'would deny' : 'deny');
    if (verdict === undefined) return undefined;
    exchange.note('authz.rule', RULES[verdict]);
    return shadow ? undefined : replies[verdict];
  };
};

const unknownRevocations = problemReply(
  503,
  'revocations-unknown',
  'Nobody can tell at the moment which credentials were revoked.',
  [['retry-after', '5']],
  { error: 'destination_unavailable' },
);

function isStrong({ claims }: Identity, { amr, acr, maxAgeSeconds }: MfaOptions, nowMs: number): boolean {
  const methods: unknown = Object.hasOwn(claims, 'amr') ? claims.amr : undefined;
  const level: unknown = Object.hasOwn(claims, 'acr') ? claims.acr : undefined;
  const isKnown =
    (Array.isArray(methods) && methods.some((one) => amr.includes(one))) || (typeof level === 'string' && acr.includes(level));
  if (!isKnown || maxAgeSeconds === undefined) return isKnown;
  const signedIn: unknown = Object.hasOwn(claims, 'auth_time') ? claims.auth_time : undefined;
  return typeof signedIn === 'number' && nowMs / 1_000 - signedIn <= maxAgeSeconds + SKEW_SECONDS;
}

function refusal(code: Verdict, detail: string, headers: Reply['headers'] = []): Reply {
  const problem = {
    type: 'about:blank',
    title: 'Forbidden',
    status: 403,
    detail,
    code: code === 'deny' ? 'policy' : code,
    extensions: { policy: RULES[code] },
  };
  return { status: 403, headers, problem };
}

/** RFC 6750 §3.1. */
function insufficientScope(scopes: readonly string[]): Reply {
  const challenge = `Bearer error="insufficient_scope", scope="${scopes.join(' ').replaceAll(/["\\]|[^ -~]/g, '')}"`;
  return refusal('scope', 'The credential lacks a scope.', [['www-authenticate', challenge]]);
}

/** RFC 9470 §3: the client is told to sign the user in again, better. */
function stepUp(mfa: MfaOptions | undefined): Reply {
  const acr =
    mfa === undefined || mfa.acr.length === 0 ? '' : `, acr_values="${mfa.acr.join(' ').replaceAll(/["\\]|[^ -~]/g, '')}"`;
  const age = mfa?.maxAgeSeconds === undefined ? '' : `, max_age="${mfa.maxAgeSeconds}"`;
  const challenge = `Bearer error="insufficient_user_authentication", error_description="A second factor is needed"${acr}${age}`;
  const detail = 'This needs a sign-in with a second factor, not too long ago.';
  return {
    status: 401,
    headers: [['www-authenticate', challenge]],
    problem: { type: 'about:blank', title: 'Unauthorized', status: 401, detail, code: 'mfa' },
  };
}
