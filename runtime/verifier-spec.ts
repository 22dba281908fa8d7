/** Bindings of the gateway file as data: how each kind of credential is verified. Types only. */
import type { EnvText } from './environment.ts';

export type VerifierSpec = JwtSpec | IntrospectionSpec | ApiKeySpec | CertificateSpec | BasicSpec;

/** Where the parts of an identity are among the claims. A claim is named by itself or by a path of members, `realm_access.roles`. */
export interface ClaimNames {
  /** Absent = those of the issuer's product (`claimsOf`). */
  readonly subject?: string;
  readonly scopes?: string;
  readonly roles?: string;
  readonly tenant?: string;
  /** The consumer is named by a claim; absent = the user, or the client where there is none. */
  readonly consumer?: string;
  readonly plan?: PlanSource;
}

/** The usage plan of a binding: one for all, or what a claim says. */
export type PlanSource = string | { readonly claim: string };

/** What must hold of a token besides its signature (JW-2). */
export interface TokenRules {
  readonly issuer: EnvText;
  /** One of them must be in `aud`; `any` where the gateway file gives a reason. */
  readonly audience: readonly EnvText[] | 'any';
  readonly clockSkewS: number;
  readonly claims: ClaimNames;
}

export interface JwtSpec extends TokenRules {
  readonly type: 'jwt';
  readonly name: string;
  /** URL of the key set, or `file:` and a path; absent = what the issuer publishes (OpenID Connect Discovery, RFC 8414). */
  readonly jwks?: EnvText;
  /** JW-1. */
  readonly algorithms: readonly string[];
  /** Accepted `typ`, lower case, without `application/`; a token without one is accepted. */
  readonly types: readonly string[];
  /** ID tokens are refused. */
  readonly requireAccessToken: boolean;
  /** A verified token is remembered for this long, but never beyond its end (JW-7). */
  readonly maxCacheMs: number;
  /** Keys are used for this long when they cannot be refreshed (JW-4). */
  readonly maxStaleMs: number;
  /** For tokens that are no JWT. */
  readonly introspection?: IntrospectionRules;
}

export interface IntrospectionRules {
  /** URL; absent = what the issuer publishes. */
  readonly endpoint?: EnvText;
  readonly clientId: EnvText;
  /** How the gateway proves itself: a secret, a signed assertion, or a certificate (IN-1). */
  readonly client:
    | { readonly kind: 'secret'; readonly secret: EnvText }
    | { readonly kind: 'assertion'; readonly key: EnvText; readonly algorithm: string; readonly keyId?: string }
    | { readonly kind: 'certificate'; readonly key: EnvText; readonly cert: EnvText };
  readonly timeoutMs: number;
  readonly maxCacheMs: number;
}

export interface IntrospectionSpec extends TokenRules, IntrospectionRules {
  readonly type: 'introspection';
  readonly name: string;
}

export interface ApiKeySpec {
  readonly type: 'apiKey';
  readonly name: string;
  /** `file:` and a path, from the folder the gateway is started in. */
  readonly keys: EnvText;
  /** Secret that hashes are keyed with (AK-2); further ones are of keys made before. */
  readonly peppers: readonly EnvText[];
  /** For keys that name none. */
  readonly plan?: string;
  /** Unknown keys are answered with 403, as by AWS (AK-7). */
  readonly awsCompat: boolean;
  /** Most active keys of a consumer (AK-4); absent = 2. */
  readonly keysPerConsumer?: number;
}

export interface CertificateSpec {
  readonly type: 'mtls';
  readonly name: string;
  /** `file:` and a path of the authorities, PEM. */
  readonly ca: EnvText;
  /** Field in which a trusted proxy passes the certificate on (MT-3); absent = only what the connection itself has shown. */
  readonly header?: string;
  /** Names (SAN) or key hashes that may call; absent = every certificate of the authorities. */
  readonly allow?: { readonly names: readonly string[]; readonly spki: readonly string[] };
  /** `file:` and a path of a revocation list, PEM (MT-2). */
  readonly crl?: EnvText;
  readonly plan?: string;
}

export interface BasicSpec {
  readonly type: 'basic';
  readonly name: string;
  /** `file:` and a path. */
  readonly users: EnvText;
  readonly plan?: string;
}
