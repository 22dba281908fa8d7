import { X509Certificate } from 'node:crypto';
import type { Verifier } from '../../contract.ts';
import type { OpenedVerifier } from '../../generation.ts';
import type {
  ApiKeySpec,
  BasicSpec,
  CertificateSpec,
  IntrospectionRules,
  JwtSpec,
  TokenRules,
  VerifierSpec,
} from '../../verifier-spec.ts';
import type { HostServices } from '../services.ts';
import { ApiKeyVerifier } from './api-key.ts';
import { askServer } from './ask-server.ts';
import { BASIC_FAILURES, BasicVerifier } from './basic.ts';
import { CertificateVerifier } from './certificate-verifier.ts';
import { claimReader } from './claims.ts';
import { type CredentialFile, fileKey } from './credential-files.ts';
import { Failures } from './failures.ts';
import { fetchJson } from './fetch-json.ts';
import { IntrospectionVerifier } from './introspection.ts';
import { JwtVerifier } from './jwt.ts';
import { KeySet, keySetKey } from './key-set.ts';
import { KeySnapshot } from './key-snapshot.ts';
import { type KeySource, keySourceId } from './key-sources.ts';
import type { KeyStore } from './key-store.ts';
import { RemoteKeys } from './remote-keys.ts';
import { isRevoked } from './revocations.ts';
import type { ResolvedRules } from './token-rules.ts';

/** What a thread asks main for: a key set that lacks a key, a password that is to be compared, an API key that is not in a file. */
export const ASK_KEYS = 'keys';
export const ASK_API_KEY = 'api-key';
export const ASK_PASSWORD = 'password';

/**
 * The verifier of a binding. Generations whose binding is the same share it, and with it what it remembers.
 *
 * @throws Error when the environment lacks a variable, or the bundle lacks what the binding needs
 */
export function openVerifier(host: HostServices, spec: VerifierSpec): OpenedVerifier {
  const id = JSON.stringify(spec);
  const verifier = host.verifiers.acquire(id, () => makeVerifier(host, spec));
  return { verifier, release: () => host.verifiers.release(id) };
}

function makeVerifier(host: HostServices, spec: VerifierSpec): Verifier {
  switch (spec.type) {
    case 'jwt':
      return jwtVerifier(host, spec);
    case 'introspection':
      return introspectionVerifier(host, spec.name, spec, spec);
    case 'apiKey':
      return apiKeyVerifier(host, spec);
    case 'mtls':
      return certificateVerifier(host, spec);
    case 'basic':
      return basicVerifier(host, spec);
  }
}

function jwtVerifier(host: HostServices, spec: JwtSpec): Verifier {
  const { jws } = host.drivers;
  if (jws === undefined) throw new Error('The bundle brings nothing that verifies signatures.');
  const id = keySourceId(keySource(spec, host.resolve));
  return new JwtVerifier({
    spec,
    rules: resolvedRules(spec, host.resolve),
    keys: new KeySet(host.runtimeValues.holder(keySetKey(id)), (why) => host.ask(ASK_KEYS, { id, why }), host.now),
    jws,
    failures: host.failures,
    certificates: host.certificates,
    isRevoked: isRevoked(host),
    opaque: spec.introspection === undefined ? undefined : introspectionVerifier(host, spec.name, spec, spec.introspection),
    clock: host.clock,
  });
}

function introspectionVerifier(host: HostServices, name: string, token: TokenRules, rules: IntrospectionRules): Verifier {
  const { resolve, clock } = host;
  const resolved = resolvedRules(token, resolve);
  return new IntrospectionVerifier({
    name,
    rules: resolved,
    claims: claimReader(token.claims, resolved.issuer),
    ask: askServer({ rules, issuer: resolved.issuer, resolve, fetchJson, jws: host.drivers.jws, clock }),
    maxCacheMs: rules.maxCacheMs,
    failures: host.failures,
    certificates: host.certificates,
    isRevoked: isRevoked(host),
    count: (result) => host.count(result),
    clock,
  });
}

function apiKeyVerifier(host: HostServices, spec: ApiKeySpec): Verifier {
  return new ApiKeyVerifier({
    spec,
    store: keyStore(host, spec),
    peppers: spec.peppers.map(host.resolve),
    failures: host.failures,
    clock: host.clock,
  });
}

function keyStore({ runtimeValues, resolve, ask, now }: HostServices, spec: ApiKeySpec): KeyStore {
  const file = keyFile(spec, resolve);
  if (file !== undefined) return new KeySnapshot(runtimeValues.holder(fileKey(file)));
  const version = runtimeValues.holder(keyVersionKey(spec.name));
  return new RemoteKeys({ version, now, ask: (by, value) => ask(ASK_API_KEY, { binding: spec.name, by, value }) });
}

function certificateVerifier(host: HostServices, spec: CertificateSpec): Verifier {
  if (spec.header !== undefined) host.certificates.trustHeader(spec.header);
  const holder = (file: CredentialFile) => host.runtimeValues.holder(fileKey(file));
  const { authorities, revoked } = certificateFiles(spec, host.resolve);
  return new CertificateVerifier({
    spec,
    certificates: host.certificates,
    authorities: holder(authorities),
    revoked: revoked === undefined ? undefined : holder(revoked),
    parse: (pem) => new X509Certificate(pem),
    clock: host.clock,
  });
}

function basicVerifier(host: HostServices, spec: BasicSpec): Verifier {
  return new BasicVerifier({
    spec,
    users: host.runtimeValues.holder(fileKey(userFile(spec, host.resolve))),
    async compare(password, hash) {
      const result = await host.ask(ASK_PASSWORD, { password, hash });
      return result === 'same' || result === 'other' ? result : 'busy';
    },
    failures: new Failures(host.memory, `basic ${spec.name}`, BASIC_FAILURES),
    now: host.now,
  });
}

type Resolve = (text: string) => string;

/** Where the keys of a binding are. */
export function keySource({ issuer, jwks, maxStaleMs }: JwtSpec, resolve: Resolve): KeySource {
  return { issuer: resolve(issuer), ...(jwks === undefined ? {} : { jwks: resolve(jwks) }), maxStaleMs };
}

/** The files that main reads for a binding. */
export function filesOf(spec: VerifierSpec, resolve: Resolve): readonly CredentialFile[] {
  switch (spec.type) {
    case 'apiKey':
      return [keyFile(spec, resolve)].filter((file) => file !== undefined);
    case 'basic':
      return [userFile(spec, resolve)];
    case 'mtls': {
      const { authorities, revoked } = certificateFiles(spec, resolve);
      return revoked === undefined ? [authorities] : [authorities, revoked];
    }
    default:
      return [];
  }
}

/** The file that the keys of a binding are in; undefined where they are in the store of the gateway. */
export function keyFile({ keys }: ApiKeySpec, resolve: Resolve): CredentialFile | undefined {
  return resolve(keys) === 'store' ? undefined : { kind: 'api-keys', path: pathIn(keys, resolve) };
}

/** The runtime value that names the last change of the keys of a binding in the store. */
export function keyVersionKey(binding: string): string {
  return `api-keys/${binding}`;
}

function userFile({ users }: BasicSpec, resolve: Resolve): CredentialFile {
  return { kind: 'users', path: pathIn(users, resolve) };
}

function certificateFiles({ ca, crl }: CertificateSpec, resolve: Resolve) {
  return {
    authorities: { kind: 'certificates', path: pathIn(ca, resolve) } as const,
    revoked: crl === undefined ? undefined : ({ kind: 'revoked', path: pathIn(crl, resolve) } as const),
  };
}

function pathIn(text: string, resolve: Resolve): string {
  return resolve(text).replace(/^file:/, '');
}

function resolvedRules({ issuer, audience, clockSkewS }: TokenRules, resolve: Resolve): ResolvedRules {
  return {
    issuer: resolve(issuer),
    audience: audience === 'any' ? 'any' : new Set(audience.map(resolve)),
    clockSkewS,
  };
}
