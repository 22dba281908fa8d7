import { createPrivateKey, createPublicKey, hash, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { IdentitySigner } from '../../contract.ts';
import type { IdentitySigningSpec } from '../../gateway-spec.ts';
import type { HostServices } from '../services.ts';
import { type CredentialFile, fileKey } from './credential-files.ts';
import { isFields } from './token-parts.ts';

/** A private key of the gateway's own, as main has read it. */
export interface SigningKeyRecord {
  /** RFC 7638. */
  readonly kid: string;
  readonly pem: string;
}

/** The file that the gateway's own keys are in. */
export function signingKeyFile({ key }: IdentitySigningSpec, resolve: (text: string) => string): CredentialFile {
  return { kind: 'signing-keys', path: resolve(key).replace(/^file:/, '') };
}

/**
 * Private keys of a file: the first signs, and services are told of all, so that one can be known before it is used, and after.
 *
 * @param text one after the other; EC, P-256
 * @throws Error that says what is wrong with it
 */
export function signingKeys(text: string): readonly SigningKeyRecord[] {
  const found = text.match(/-----BEGIN (?:EC )?PRIVATE KEY-----[A-Za-z0-9+/=\s]+-----END (?:EC )?PRIVATE KEY-----/g) ?? [];
  if (found.length === 0) throw new Error('there is no private key in it');
  return found.map((pem) => ({ kid: String(publicJwk(createPrivateKey(pem)).kid), pem }));
}

/** What services verify with (RFC 7517). */
export function publicKeys(records: unknown): readonly JsonWebKey[] {
  return recordsOf(records).map(({ pem }) => publicJwk(createPrivateKey(pem)));
}

/**
 * Signs what services are told about callers (ID-4).
 *
 * @throws Error when the bundle cannot sign, or the environment lacks a variable
 */
export function openIdentitySigner(
  { drivers: { jws }, runtimeValues, resolve, clock }: Pick<HostServices, 'drivers' | 'runtimeValues' | 'resolve' | 'clock'>,
  spec: IdentitySigningSpec,
): IdentitySigner {
  if (jws === undefined) throw new Error('The bundle brings nothing that signs.');
  const holder = runtimeValues.holder(fileKey(signingKeyFile(spec, resolve)));
  const iss = resolve(spec.issuer);
  let seen: unknown;
  let used: { readonly kid: string; readonly key: KeyObject } | undefined;
  return {
    lifetimeMs: spec.lifetimeS * 1_000,
    async sign(claims) {
      if (holder.value !== seen) {
        seen = holder.value;
        const [first] = recordsOf(seen);
        used = first === undefined ? undefined : { kid: first.kid, key: createPrivateKey(first.pem) };
      }
      if (used === undefined) throw new Error('The key that the gateway signs with was not read.');
      const iat = Math.floor(clock() / 1_000);
      return await jws.sign(
        { ...claims, iss, iat, exp: iat + spec.lifetimeS },
        { alg: 'ES256', kid: used.kid, typ: 'JWT' },
        used.key,
      );
    },
  };
}

function recordsOf(value: unknown): readonly SigningKeyRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function isRecord(value: unknown): value is SigningKeyRecord {
  return isFields(value) && typeof value.kid === 'string' && typeof value.pem === 'string';
}

function publicJwk(key: KeyObject): JsonWebKey {
  const { kty, crv, x, y } = createPublicKey(key).export({ format: 'jwk' });
  if (kty === undefined || x === undefined || y === undefined || crv !== 'P-256') throw new Error('a key in it is not EC P-256');
  const kid = hash('sha256', JSON.stringify({ crv, kty, x, y }), 'base64url');
  return { kty, crv, x, y, kid, alg: 'ES256', use: 'sig' };
}
