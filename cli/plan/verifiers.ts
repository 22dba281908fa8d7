import type { ClaimNames, IntrospectionRules, VerifierSpec } from '../../runtime/verifier-spec.ts';
import { bindings, bindingType } from '../config/bindings.ts';
import { fits, type TypeOf } from './shape.ts';
import { milliseconds } from './units.ts';

type Jwt = TypeOf<(typeof bindings)['jwt']>;
type Introspection = TypeOf<(typeof bindings)['introspection']>;

/** JW-1: nothing that the usual issuers do not use. */
const ALGORITHMS: readonly string[] = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'Ed25519'];
const TYPES: readonly string[] = ['at+jwt', 'jwt'];

/** A binding as the run half takes it; undefined where it does not fit its shape, which was said elsewhere. */
export function verifierSpec(name: string, authored: unknown): VerifierSpec | undefined {
  switch (bindingType(authored)) {
    case 'jwt':
      return fits(bindings.jwt, authored) ? jwtSpec(name, authored) : undefined;
    case 'introspection':
      if (!fits(bindings.introspection, authored)) return undefined;
      return {
        type: 'introspection',
        name,
        ...tokenRules(authored),
        ...introspection(authored, ms(authored.remember, 60_000)),
      };
    case 'apiKey': {
      if (!fits(bindings.apiKey, authored)) return undefined;
      const { keys, pepper = [], plan, awsCompat = false, keysPerConsumer } = authored;
      const most = keysPerConsumer === undefined ? {} : { keysPerConsumer };
      return { type: 'apiKey', name, keys, peppers: many(pepper), ...planOf(plan), awsCompat, ...most };
    }
    case 'mtls': {
      if (!fits(bindings.mtls, authored)) return undefined;
      const { ca, crl, header, names, keys, plan } = authored;
      return {
        type: 'mtls',
        name,
        ca,
        ...(crl === undefined ? {} : { crl }),
        ...(header === undefined ? {} : { header: header.toLowerCase() }),
        ...(names === undefined && keys === undefined
          ? {}
          : { allow: { names: names ?? [], spki: (keys ?? []).map(base64url) } }),
        ...planOf(plan),
      };
    }
    case 'basic':
      return fits(bindings.basic, authored)
        ? { type: 'basic', name, users: authored.users, ...planOf(authored.plan) }
        : undefined;
    case undefined:
      return undefined;
  }
}

/** Whether a service receives the credential once it was accepted: a token yes, a secret no. */
export function forwardsCredential(authored: unknown): boolean {
  const type = bindingType(authored);
  const written = typeof authored === 'object' && authored !== null ? Reflect.get(authored, 'forward') : undefined;
  return typeof written === 'boolean' ? written : type === 'jwt' || type === 'introspection';
}

function jwtSpec(name: string, authored: Jwt): VerifierSpec {
  const { jwks, algorithms = ALGORITHMS, types, requireAccessToken = false, remember, staleKeys } = authored;
  return {
    type: 'jwt',
    name,
    ...tokenRules(authored),
    ...(jwks === undefined ? {} : { jwks }),
    algorithms: [...new Set(algorithms)].sort(),
    types: types?.map((type) => type.toLowerCase().replace(/^application\//, '')) ?? TYPES,
    requireAccessToken,
    maxCacheMs: ms(remember, 300_000),
    maxStaleMs: ms(staleKeys, 86_400_000),
    ...(authored.introspection === undefined ? {} : { introspection: introspection(authored.introspection, 60_000) }),
  };
}

function tokenRules({ issuer, audience, clockSkew, ...authored }: Jwt | Introspection) {
  return {
    issuer,
    audience: audience === 'any' ? ('any' as const) : many(audience),
    clockSkewS: ms(clockSkew, 30_000) / 1_000,
    claims: claimNames(authored),
  };
}

function claimNames({ subject, scopes, roles, tenant, consumer, plan }: Omit<Jwt, 'issuer' | 'audience' | 'type'>): ClaimNames {
  return {
    ...(subject === undefined ? {} : { subject: subject.claim }),
    ...(scopes === undefined ? {} : { scopes: scopes.claim }),
    ...(roles === undefined ? {} : { roles: roles.claim }),
    ...(tenant === undefined ? {} : { tenant: tenant.claim }),
    ...(consumer === undefined ? {} : { consumer: consumer.claim }),
    ...(plan === undefined ? {} : { plan }),
  };
}

function introspection(
  authored: Pick<
    Introspection,
    'endpoint' | 'clientId' | 'clientSecret' | 'clientKey' | 'clientKeyId' | 'clientCertificate' | 'algorithm' | 'timeout'
  >,
  maxCacheMs: number,
): IntrospectionRules {
  const { endpoint, clientId, timeout } = authored;
  return {
    ...(endpoint === undefined ? {} : { endpoint }),
    clientId,
    client: introspectionClient(authored),
    timeoutMs: ms(timeout, 2_000),
    maxCacheMs,
  };
}

function introspectionClient({
  clientSecret,
  clientKey,
  clientKeyId,
  clientCertificate,
  algorithm = 'ES256',
}: Pick<
  Introspection,
  'clientSecret' | 'clientKey' | 'clientKeyId' | 'clientCertificate' | 'algorithm'
>): IntrospectionRules['client'] {
  if (clientKey !== undefined && clientCertificate !== undefined) {
    return { kind: 'certificate', key: clientKey, cert: clientCertificate };
  }
  if (clientKey !== undefined) {
    return { kind: 'assertion', key: clientKey, algorithm, ...(clientKeyId === undefined ? {} : { keyId: clientKeyId }) };
  }
  return { kind: 'secret', secret: clientSecret ?? '' };
}

function planOf(plan: string | undefined): { readonly plan?: string } {
  return plan === undefined ? {} : { plan };
}

function ms(authored: string | undefined, otherwise: number): number {
  return authored === undefined ? otherwise : milliseconds(authored);
}

function many<T>(value: T | readonly T[]): readonly T[] {
  return isList(value) ? value : [value];
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}

function base64url(text: string): string {
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=$/, '');
}
