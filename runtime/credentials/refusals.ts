import type { Denial, Problem, Reply } from '../contract.ts';

/** What a refusal says of the scheme whose credential is missing or wrong: everything before the parameters of the error. */
export interface Challenge {
  /** Name of the authentication scheme. */
  readonly scheme: 'Bearer' | 'ApiKey' | 'Basic' | 'ClientCertificate';
  readonly realm: string;
}

/** The value of `WWW-Authenticate` (RFC 9110 §11.6.1), parameters in order. */
export function challenge({ scheme, realm }: Challenge, parameters: readonly (readonly [string, string])[] = []): string {
  const charset: readonly (readonly [string, string])[] = scheme === 'Basic' ? [['charset', 'UTF-8']] : [];
  const all = [['realm', realm], ...charset, ...parameters] as const;
  return `${scheme} ${all.map(([name, value]) => `${name}="${quoted(value)}"`).join(', ')}`;
}

function quoted(value: string): string {
  return value.replace(/[^ -~]/g, '').replace(/["\\]/g, '\\$&');
}

const TITLES: Readonly<Record<Denial['denied'], string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};

/** No credential: every challenge, and no error code (RFC 6750 §3.1). */
export function credentialMissing(challenges: readonly Challenge[]): Reply {
  const headers = challenges.map((one): readonly [string, string] => ['www-authenticate', challenge(one)]);
  const certificate = challenges.length === 1 && challenges[0]?.scheme === 'ClientCertificate';
  const code = certificate ? 'client-certificate-required' : 'credential-missing';
  return problemReply(401, code, 'This operation needs a credential.', headers);
}

/** A credential that was not accepted. Says which check failed, nothing about what was expected. */
export function credentialRefused(denial: Denial, of: Challenge): Reply {
  const { denied, reason, retryAfterS } = denial;
  const retry: readonly (readonly [string, string])[] = retryAfterS === undefined ? [] : [['retry-after', String(retryAfterS)]];
  switch (denied) {
    case 400:
      return problemReply(400, 'invalid-request', 'There are several credentials of one kind.', [
        ['www-authenticate', challenge(of, [['error', 'invalid_request']])],
      ]);
    case 401: {
      const isBearer = of.scheme === 'Bearer';
      const parameters: readonly (readonly [string, string])[] = isBearer
        ? [
            ['error', 'invalid_token'],
            ['error_description', reason],
          ]
        : [];
      const code = of.scheme === 'ClientCertificate' ? 'client-certificate-required' : 'invalid-credential';
      const detail = isBearer ? `The token is not accepted: ${reason}.` : 'The credential is not accepted.';
      return problemReply(401, code, detail, [['www-authenticate', challenge(of, parameters)]]);
    }
    case 403:
      return problemReply(403, 'entitlement', 'The credential may not be used for this.', []);
    case 429:
      return problemReply(429, 'too-many-failures', 'Too many credentials of this address were wrong.', retry);
    case 503:
      return problemReply(503, 'verifier-unavailable', 'The credential cannot be verified at the moment.', retry, {
        error: 'destination_unavailable',
      });
  }
}

/** A token that lacks scopes (RFC 6750 §3.1). */
export function insufficientScope(scopes: readonly string[], of: Challenge): Reply {
  const headers: readonly (readonly [string, string])[] =
    of.scheme === 'Bearer'
      ? [
          [
            'www-authenticate',
            challenge(of, [
              ['error', 'insufficient_scope'],
              ['scope', scopes.join(' ')],
            ]),
          ],
        ]
      : [];
  return problemReply(403, 'scope', 'The credential lacks a scope.', headers, { extensions: { scopes } });
}

/** Two credentials that speak for different consumers (DESIGN §2.2). */
export const consumersDiffer: Reply = problemReply(403, 'entitlement', 'The credentials belong to different consumers.', []);

export function problemReply(
  status: Denial['denied'],
  code: string,
  detail: string,
  headers: Reply['headers'],
  { extensions, error }: { readonly extensions?: Problem['extensions']; readonly error?: string } = {},
): Reply {
  const title = TITLES[status];
  const problem: Problem = {
    type: 'about:blank',
    title,
    status,
    detail,
    code,
    ...(extensions === undefined ? {} : { extensions }),
  };
  return { status, headers, problem, ...(error === undefined ? {} : { error }) };
}
