/** An issuer of tokens on the loopback: its key set, and tokens as tests want them. */
import { createHash, generateKeyPairSync, type JsonWebKey, type KeyObject, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';

export type Algorithm = 'RS256' | 'PS256' | 'ES256' | 'EdDSA';

export interface SigningKey {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly privateKey: KeyObject;
  readonly jwk: JsonWebKey;
}

export interface Issuer {
  readonly url: string;
  /** What the key set holds, changed by tests. */
  keys: SigningKey[];
  /** Answers of the key set so far. */
  fetches: number;
  /** Answers instead of the key set. */
  answer: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  /** A token of the last key; claims and header fields that are undefined are left out. */
  token(
    claims?: Readonly<Record<string, unknown>>,
    header?: Readonly<Record<string, unknown>>,
    key?: SigningKey,
  ): Promise<string>;
  close(): Promise<void>;
}

export function signingKey(alg: Algorithm = 'ES256', kid: string = randomUUID()): SigningKey {
  const { privateKey, publicKey } =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : alg === 'EdDSA'
        ? generateKeyPairSync('ed25519')
        : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { kid, alg, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' } };
}

/** A token for audience `api` and user `user-1`, valid for ten minutes; claims and header fields that are undefined are left out. */
export async function signed(
  key: SigningKey,
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>>,
  nowS: number,
): Promise<string> {
  const now = Math.floor(nowS);
  const all = { aud: 'api', sub: 'user-1', iat: now, exp: now + 600, jti: randomUUID(), ...claims };
  const protectedHeader = { alg: key.alg, kid: key.kid, typ: 'at+jwt', ...header };
  return await new SignJWT(JSON.parse(JSON.stringify(all)))
    .setProtectedHeader(JSON.parse(JSON.stringify(protectedHeader)))
    .sign(key.privateKey);
}

/** Signs for audience `api`, valid for ten minutes around now. */
export async function startIssuer(): Promise<Issuer> {
  const server = createServer((request, response) => {
    issuer.fetches += 1;
    if (issuer.answer !== undefined) {
      issuer.answer(request, response);
      return;
    }
    response.setHeader('content-type', 'application/json');
    const isMetadata = request.url?.includes('/.well-known/') === true;
    response.end(
      JSON.stringify(
        isMetadata ? { issuer: issuer.url, jwks_uri: `${issuer.url}/jwks` } : { keys: issuer.keys.map(({ jwk }) => jwk) },
      ),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const issuer: Issuer = {
    url: `http://127.0.0.1:${port}`,
    keys: [signingKey()],
    fetches: 0,
    answer: undefined,
    async token(claims = {}, header = {}, key = issuer.keys.at(-1)) {
      if (key === undefined) throw new Error('there is no key');
      return await signed(key, { iss: issuer.url, ...claims }, header, Date.now() / 1_000);
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return issuer;
}

/** SHA-256 in base64url. */
export function thumbprint(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
}
