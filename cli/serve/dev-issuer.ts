/**
 * The development issuer: an identity provider on loopback that signs whatever it is asked to, so it is for a laptop only. `gw serve --auth dev`
 * binds schemes to it that nothing else verifies; `gw token` asks it.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** What a token says besides what the issuer always says. */
export interface TokenRequest {
  /** `aud`; absent = none. */
  readonly audience?: string;
  readonly claims: Readonly<Record<string, unknown>>;
  /** Seconds it is valid; may be negative, for one that has expired. Absent = an hour. */
  readonly lifetimeS?: number;
}

/** A running issuer; `url` is what its tokens name. */
export interface DevIssuer {
  readonly url: string;
  token(request: TokenRequest): Promise<string>;
  close(): Promise<void>;
}

/** Where `gw token` looks when it is not told. */
export const DEV_ISSUER_PORT = 9_902;
const HOUR_S = 3_600;
const BODY_BYTES = 64 * 1_024;

/**
 * Starts an issuer with keys of its own. Serves its metadata (OpenID Connect Discovery), its keys, and tokens by `POST /token`: a form as
 * OAuth's client credentials (`scope`, `audience`, `client_id`), or JSON of a `TokenRequest`.
 *
 * @param port any free one where it is taken, or 0
 */
export async function startDevIssuer(port = 0): Promise<DevIssuer> {
  const kid = randomUUID();
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }] };
  const token = ({ audience, claims, lifetimeS = HOUR_S }: TokenRequest): Promise<string> => {
    const now = Math.floor(Date.now() / 1_000);
    const unsigned = new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'ES256', kid, typ: 'at+jwt' })
      .setIssuer(url)
      .setIssuedAt(Math.min(now, now + lifetimeS))
      .setExpirationTime(now + lifetimeS)
      .setJti(randomUUID());
    return (audience === undefined ? unsigned : unsigned.setAudience(audience)).sign(privateKey);
  };
  const server = createServer((request, response) => {
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify(body));
    };
    answered(request).catch(() => answer(400, { error: 'invalid_request' }));

    async function answered({ method, url: target, headers }: IncomingMessage): Promise<void> {
      // A page of the web that has its name point here must not get a token.
      if (!/^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(headers.host ?? '')) return answer(421, { error: 'invalid_request' });
      if (method === 'GET' && target === '/.well-known/openid-configuration') {
        return answer(200, {
          issuer: url,
          jwks_uri: `${url}/jwks`,
          token_endpoint: `${url}/token`,
          grant_types_supported: ['client_credentials'],
        });
      }
      if (method === 'GET' && target === '/jwks') return answer(200, keys);
      if (target !== '/token') return answer(404, { error: 'not_found' });
      if (method !== 'POST') return answer(405, { error: 'invalid_request' });
      const wanted = tokenRequest(await bodyOf(request), headers['content-type'] ?? '');
      const { lifetimeS = HOUR_S } = wanted;
      answer(200, { access_token: await token(wanted), token_type: 'Bearer', expires_in: lifetimeS });
    }
  });
  const { address, port: open } = await listen(server, port);
  const url = `http://${address}:${open}`;
  return {
    url,
    token,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** On the port, else on a free one. */
async function listen(server: ReturnType<typeof createServer>, port: number): Promise<AddressInfo> {
  const opened = Promise.withResolvers<AddressInfo>();
  const told = (): void => {
    const address = server.address();
    if (typeof address === 'object' && address !== null) opened.resolve(address);
  };
  server.once('listening', told);
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE' && port !== 0) server.listen(0, '127.0.0.1');
    else opened.reject(error);
  });
  server.listen(port, '127.0.0.1');
  return await opened.promise;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const part of request.setEncoding('utf8')) {
    body += part;
    if (body.length > BODY_BYTES) throw new Error('too large');
  }
  return body;
}

/** @throws Error when it is neither a form nor JSON of a request */
function tokenRequest(body: string, type: string): TokenRequest {
  if (!type.startsWith('application/json')) {
    const { audience, client_id, grant_type, ...claims } = Object.fromEntries(new URLSearchParams(body));
    if (grant_type !== 'client_credentials') throw new Error('unsupported');
    const who = client_id === undefined ? {} : { client_id };
    return { claims: { sub: client_id ?? 'developer', ...who, ...claims }, ...(audience === undefined ? {} : { audience }) };
  }
  const { audience, claims = {}, lifetimeS }: Partial<TokenRequest> = JSON.parse(body);
  if (typeof claims !== 'object' || claims === null) throw new Error('no claims');
  return {
    claims,
    ...(typeof audience === 'string' ? { audience } : {}),
    ...(typeof lifetimeS === 'number' && Number.isSafeInteger(lifetimeS) ? { lifetimeS } : {}),
  };
}
