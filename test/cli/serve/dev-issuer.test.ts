import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { createRemoteJWKSet, decodeJwt, type JWTPayload, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { member } from '../../../cli/load/pointer.ts';
import { type DevIssuer, startDevIssuer } from '../../../cli/serve/dev-issuer.ts';

describe('the development issuer', () => {
  let issuer: DevIssuer;
  beforeAll(async () => {
    issuer = await startDevIssuer();
  });
  afterAll(() => issuer.close());

  const form = (fields: Readonly<Record<string, string>>): Promise<Response> =>
    fetch(`${issuer.url}/token`, { method: 'POST', body: new URLSearchParams(fields) });
  const json = (body: string): Promise<Response> =>
    fetch(`${issuer.url}/token`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  const claimsOf = async (answer: Response): Promise<JWTPayload> => {
    const body: unknown = await answer.json();
    return decodeJwt(String(member(body, 'access_token')));
  };

  it('is found by its metadata, and signs with the keys that it shows', async () => {
    const metadata: unknown = await (await fetch(`${issuer.url}/.well-known/openid-configuration`)).json();
    expect(metadata).toMatchObject({ issuer: issuer.url, jwks_uri: `${issuer.url}/jwks`, token_endpoint: `${issuer.url}/token` });
    const keys = createRemoteJWKSet(new URL(String(member(metadata, 'jwks_uri'))));
    const token = await issuer.token({ audience: 'shop', claims: { sub: 'ann', tier: 'plus' } });
    const { payload } = await jwtVerify(token, keys, { issuer: issuer.url, audience: 'shop', typ: 'at+jwt' });
    expect(payload).toMatchObject({ sub: 'ann', tier: 'plus' });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(3_600);
  });

  it('gives tokens for a form as OAuth has it', async () => {
    const answer = await form({ grant_type: 'client_credentials', client_id: 'app', scope: 'a b', audience: 'shop' });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await claimsOf(answer)).toMatchObject({ sub: 'app', client_id: 'app', scope: 'a b', aud: 'shop' });
  });

  it('gives tokens for JSON, also ones that have expired; nobody else is named as issuer', async () => {
    const claims = { sub: 'ann', level: 3, iss: 'https://login.example' };
    const { exp, iat, ...rest } = await claimsOf(await json(JSON.stringify({ claims, lifetimeS: -60 })));
    expect(rest).toMatchObject({ sub: 'ann', level: 3, iss: issuer.url });
    expect(rest).not.toHaveProperty('aud');
    expect(iat).toBe(exp);
  });

  it.each([
    ['broken JSON', '{'],
    ['claims that are none', '{"claims":7}'],
    ['null', 'null'],
    ['too much', `{"claims":{"a":"${'x'.repeat(70_000)}"}}`],
  ])('answers 400 for %s', async (_what, body) => {
    expect((await json(body)).status).toBe(400);
  });

  it('answers 400, 404 and 405 for what it does not know', async () => {
    expect((await form({ grant_type: 'password' })).status).toBe(400);
    expect((await fetch(`${issuer.url}/authorize`)).status).toBe(404);
    expect((await fetch(`${issuer.url}/token`)).status).toBe(405);
  });

  it('refuses other names: a page of the web could have its own point here', async () => {
    const answer = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      request(`${issuer.url}/token`, { method: 'POST', headers: { host: 'rebound.example' } }, async (response) =>
        resolve({ status: response.statusCode, body: await text(response) }),
      )
        .on('error', reject)
        .end('grant_type=client_credentials');
    });
    expect(answer).toEqual({ status: 421, body: '{"error":"invalid_request"}' });
  });

  it('takes another port where its own is taken', async () => {
    const taken = Number(new URL(issuer.url).port);
    const second = await startDevIssuer(taken);
    expect(second.url).not.toBe(issuer.url);
    await second.close();
  });
});
