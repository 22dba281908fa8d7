/** A certified OpenID provider of npm, on the loopback: what it publishes and signs is not of our making. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import Provider from 'oidc-provider';

/** The only client, and the scope and audience that its tokens may have. */
export const CLIENT = { client_id: 'shop-worker', client_secret: 'secret of the tests' } as const;
const SCOPE = 'orders:read orders:write';

export class RealProvider implements AsyncDisposable {
  readonly #server: Server = createServer((request, response) => void this.#answer(request, response));
  #answer: ReturnType<Provider['callback']> = async () => undefined;
  /** Requests for its keys. */
  keyFetches = 0;

  static async start(): Promise<RealProvider> {
    const provider = new RealProvider();
    provider.#server.listen(0, '127.0.0.1');
    await once(provider.#server, 'listening');
    return provider;
  }

  get issuer(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Signs with the first of these from now on, and publishes all. */
  use(keys: readonly JWK[]): void {
    const provider = new Provider(this.issuer, {
      jwks: { keys: [...keys] },
      clients: [{ ...CLIENT, grant_types: ['client_credentials'], redirect_uris: [], response_types: [] }],
      scopes: SCOPE.split(' '),
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          defaultResource: () => 'https://api.shop.example',
          getResourceServerInfo: () => ({
            scope: SCOPE,
            audience: 'shop',
            accessTokenFormat: 'jwt',
            accessTokenTTL: 600,
            jwt: { sign: { alg: 'RS256' } },
          }),
        },
      },
    });
    const answer = provider.callback();
    this.#answer = async (request, response) => {
      if (request.url === '/jwks') this.keyFetches += 1;
      await answer(request, response);
    };
  }

  /** A token as its client asks for it. */
  async token(scope: string): Promise<string> {
    const answer = await fetch(`${this.issuer}/token`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${CLIENT.client_id}:${encodeURIComponent(CLIENT.client_secret)}`).toString('base64')}`,
      },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
    });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`the provider answers ${answer.status}: ${text}`);
    return String(JSON.parse(text).access_token);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** A private RSA key with an id, for `RealProvider.use`. */
export async function providerKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, use: 'sig', alg: 'RS256' };
}
