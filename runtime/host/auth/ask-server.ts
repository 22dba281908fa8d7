import { createPrivateKey, type KeyObject, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve as pathOf } from 'node:path';
import type { IntrospectionRules } from '../../verifier-spec.ts';
import type { JwsDriver } from '../drivers.ts';
import { discover } from './discovery.ts';
import type { FetchJson } from './fetch-json.ts';
import { type AskServer, isIntrospection } from './introspection.ts';

export interface AskServerOptions {
  readonly rules: IntrospectionRules;
  /** Resolved. */
  readonly issuer: string;
  readonly resolve: (text: string) => string;
  readonly fetchJson: FetchJson;
  readonly jws: JwsDriver | undefined;
  /** Wall clock, milliseconds. */
  readonly clock: () => number;
}

/** An assertion is used once, at once. */
const ASSERTION_S = 60;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** Nothing was sent yet: asking again cannot be asking twice. */
const CONNECT_ERRORS: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/**
 * Asks an authorization server about tokens (IN-1). The gateway proves itself by Basic, by a signed assertion (RFC 7523), or by the
 * certificate of the connection (RFC 8705).
 *
 * @throws Error when a key file cannot be read, or the bundle cannot sign
 */
export function askServer(options: AskServerOptions): AskServer {
  const { rules, issuer, resolve, fetchJson } = options;
  const { endpoint, timeoutMs, client } = rules;
  const prove = proof(options);
  const certificate =
    client.kind === 'certificate' ? { key: fileOf(resolve(client.key)), cert: fileOf(resolve(client.cert)) } : undefined;
  let discovered: Promise<string> | undefined;
  const url = (): Promise<string> => {
    if (endpoint !== undefined) return Promise.resolve(resolve(endpoint));
    discovered ??= discover(issuer, 'introspection_endpoint', fetchJson);
    // What failed is asked again.
    discovered.catch(() => {
      discovered = undefined;
    });
    return discovered;
  };
  return async (token) => {
    const address = await url();
    const { fields, headers } = await prove(address);
    const body = new URLSearchParams({ token, token_type_hint: 'access_token', ...fields }).toString();
    const request = {
      url: address,
      method: 'POST' as const,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body,
      timeoutMs,
      ...certificate,
    };
    const answer = await fetchJson(request).catch(async (error: unknown) => {
      if (!(error instanceof Error && 'code' in error && CONNECT_ERRORS.has(error.code))) throw error;
      return await fetchJson(request);
    });
    if (answer.status !== 200 || !isIntrospection(answer.value)) throw new Error(`${address} answered ${answer.status}.`);
    return answer.value;
  };
}

interface Proof {
  readonly fields: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

function proof({ rules, resolve, jws, clock }: AskServerOptions): (address: string) => Promise<Proof> {
  const { client } = rules;
  const clientId = resolve(rules.clientId);
  switch (client.kind) {
    case 'secret': {
      const secret = resolve(client.secret);
      // RFC 6749 §2.3.1: both are encoded as in a form first.
      const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`;
      const headers = { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
      return () => Promise.resolve({ fields: {}, headers });
    }
    case 'certificate':
      return () => Promise.resolve({ fields: { client_id: clientId }, headers: {} });
    case 'assertion': {
      if (jws === undefined) throw new Error('The bundle brings nothing that signs.');
      const key: KeyObject = createPrivateKey(fileOf(resolve(client.key)));
      const header = { alg: client.algorithm, typ: 'JWT', ...(client.keyId === undefined ? {} : { kid: client.keyId }) };
      return async (address) => {
        const now = Math.floor(clock() / 1_000);
        const claims = { iss: clientId, sub: clientId, aud: address, jti: randomUUID(), iat: now, exp: now + ASSERTION_S };
        const assertion = await jws.sign(claims, header, key);
        const fields = { client_id: clientId, client_assertion_type: ASSERTION_TYPE, client_assertion: assertion };
        return { fields, headers: {} };
      };
    }
  }
}

function fileOf(path: string): string {
  return readFileSync(pathOf(path.replace(/^file:/, '')), 'utf8');
}
