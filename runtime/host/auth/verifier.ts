import type { Verifier } from '../../contract.ts';
import type { ApiKeySpec, JwtSpec, TokenRules, VerifierSpec } from '../../verifier-spec.ts';
import type { HostServices } from '../services.ts';
import { ApiKeyVerifier } from './api-key.ts';
import { JwtVerifier } from './jwt.ts';
import { KeySet, keySetKey } from './key-set.ts';
import { KeySnapshot } from './key-snapshot.ts';
import { type KeySource, keySourceId } from './key-sources.ts';
import { keyStoreKey } from './key-store.ts';
import { isRevoked } from './revocations.ts';
import type { ResolvedRules } from './token-rules.ts';

/** A verifier that a generation holds. */
export interface OpenVerifier {
  readonly verifier: Verifier;
  release(): void;
}

/** What a thread asks main for: a key set that lacks a key. */
export const ASK_KEYS = 'keys';

/**
 * The verifier of a binding. Generations whose binding is the same share it, and with it what it remembers.
 *
 * @throws Error when the environment lacks a variable, or the bundle lacks what the binding needs
 */
export function openVerifier(host: HostServices, spec: VerifierSpec): OpenVerifier {
  const id = JSON.stringify(spec);
  const verifier = host.verifiers.acquire(id, () => makeVerifier(host, spec));
  return { verifier, release: () => host.verifiers.release(id) };
}

function makeVerifier(host: HostServices, spec: VerifierSpec): Verifier {
  switch (spec.type) {
    case 'jwt':
      return jwtVerifier(host, spec);
    case 'apiKey':
      return apiKeyVerifier(host, spec);
    default:
      throw new Error(`The binding ${spec.name} is of a kind that this gateway does not know.`);
  }
}

function jwtVerifier(host: HostServices, spec: JwtSpec): Verifier {
  const { jws } = host.drivers;
  if (jws === undefined) throw new Error('The bundle brings nothing that verifies signatures.');
  const id = keySourceId(keySource(spec, host.resolve));
  return new JwtVerifier({
    spec,
    rules: resolvedRules(spec, host.resolve),
    keys: new KeySet(host.runtimeValues.holder(keySetKey(id)), () => host.ask(ASK_KEYS, id), host.now),
    jws,
    failures: host.failures,
    certificates: host.certificates,
    isRevoked: isRevoked(host),
    opaque: undefined,
    clock: host.clock,
  });
}

function apiKeyVerifier(host: HostServices, spec: ApiKeySpec): Verifier {
  const path = keyFilePath(spec, host.resolve);
  return new ApiKeyVerifier({
    spec,
    store: new KeySnapshot(host.runtimeValues.holder(keyStoreKey(path))),
    peppers: spec.peppers.map(host.resolve),
    failures: host.failures,
    clock: host.clock,
  });
}

type Resolve = (text: string) => string;

/** Where the keys of a binding are. */
export function keySource({ issuer, jwks, maxStaleMs }: JwtSpec, resolve: Resolve): KeySource {
  return { issuer: resolve(issuer), ...(jwks === undefined ? {} : { jwks: resolve(jwks) }), maxStaleMs };
}

export function keyFilePath({ keys }: ApiKeySpec, resolve: Resolve): string {
  return resolve(keys).replace(/^file:/, '');
}

function resolvedRules({ issuer, audience, clockSkewS }: TokenRules, resolve: Resolve): ResolvedRules {
  return {
    issuer: resolve(issuer),
    audience: audience === 'any' ? 'any' : new Set(audience.map(resolve)),
    clockSkewS,
  };
}
