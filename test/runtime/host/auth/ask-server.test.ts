import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { askServer } from '../../../../runtime/host/auth/ask-server.ts';
import type { JsonAnswer, JsonRequest } from '../../../../runtime/host/auth/fetch-json.ts';
import { jws } from '../../../../runtime/host/auth/jws.ts';
import type { IntrospectionRules } from '../../../../runtime/verifier-spec.ts';
import { folderOf } from '../../../support/folder.ts';

const ISSUER = 'https://id.example.com';
const ENDPOINT = `${ISSUER}/introspect`;
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
const secret: IntrospectionRules['client'] = { kind: 'secret', secret: 's&cr t' };

function underTest(
  client: IntrospectionRules['client'],
  answer: (request: JsonRequest) => JsonAnswer | Error = () => said({ active: true }),
  endpoint: string | 'of the issuer' = ENDPOINT,
) {
  const requests: JsonRequest[] = [];
  const rules = {
    clientId: 'g w',
    client,
    timeoutMs: 2_000,
    maxCacheMs: 0,
    ...(endpoint === 'of the issuer' ? {} : { endpoint }),
  };
  const ask = askServer({
    rules,
    issuer: ISSUER,
    resolve: (text) => text,
    async fetchJson(request) {
      requests.push(request);
      const given = answer(request);
      if (given instanceof Error) throw given;
      return given;
    },
    jws,
    clock: Date.now,
  });
  return { ask, requests };
}

function said(value: unknown, status = 200): JsonAnswer {
  return { status, headers: {}, value };
}

describe('IN-1: the gateway asks about a token', () => {
  it('and proves itself by a secret, encoded as in a form (RFC 6749 §2.3.1)', async () => {
    const { ask, requests } = underTest(secret);
    expect(await ask('a+b c')).toEqual({ active: true });
    const authorization = `Basic ${Buffer.from('g%20w:s%26cr%20t').toString('base64')}`;
    expect(requests).toMatchObject([
      {
        url: ENDPOINT,
        method: 'POST',
        timeoutMs: 2_000,
        body: 'token=a%2Bb+c&token_type_hint=access_token',
        headers: { authorization },
      },
    ]);
  });

  it('or by an assertion that is good once, for this server (RFC 7523)', async () => {
    const key = `file:${join(folderOf({ 'key.pem': pem }), 'key.pem')}`;
    const { ask, requests } = underTest({ kind: 'assertion', key, algorithm: 'ES256', keyId: 'k1' });
    await ask('a');
    await ask('b');
    const assertions = requests.map(({ body }) => new URLSearchParams(body).get('client_assertion') ?? '');
    const [first, second] = await Promise.all(assertions.map((one) => jwtVerify(one, publicKey, { audience: ENDPOINT })));
    expect(first?.payload).toMatchObject({ iss: 'g w', sub: 'g w' });
    expect((first?.payload.exp ?? 0) - (first?.payload.iat ?? 0)).toBe(60);
    expect(first?.payload.jti).not.toBe(second?.payload.jti);
    expect(first?.protectedHeader).toMatchObject({ alg: 'ES256', kid: 'k1' });
    expect(requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it('or by the certificate of the connection (RFC 8705)', async () => {
    const folder = folderOf({ 'key.pem': 'the key', 'cert.pem': 'the certificate' });
    const { ask, requests } = underTest({
      ...{ kind: 'certificate', key: `file:${join(folder, 'key.pem')}`, cert: `file:${join(folder, 'cert.pem')}` },
    });
    await ask('a');
    expect(requests).toMatchObject([{ key: 'the key', cert: 'the certificate', body: expect.stringContaining('client_id=g+w') }]);
  });

  it('where the issuer says, which is asked again when it could not', async () => {
    let isUp = false;
    const { ask, requests } = underTest(
      secret,
      ({ url }) => {
        if (!isUp) return new Error('down');
        return url.includes('/.well-known/')
          ? said({ issuer: ISSUER, introspection_endpoint: ENDPOINT })
          : said({ active: false });
      },
      'of the issuer',
    );
    await expect(ask('a')).rejects.toThrow('down');
    isUp = true;
    expect([await ask('a'), await ask('b')]).toEqual([{ active: false }, { active: false }]);
    expect(requests.map(({ url }) => url.replace(ISSUER, ''))).toEqual([
      '/.well-known/openid-configuration',
      '/.well-known/openid-configuration',
      '/introspect',
      '/introspect',
    ]);
  });

  it('once more when nothing was sent yet, and not when it may have been', async () => {
    for (const [code, times] of [
      ['ECONNREFUSED', 2],
      ['ECONNRESET', 1],
      ['ABORT_ERR', 1],
    ] as const) {
      const { ask, requests } = underTest(secret, () => Object.assign(new Error(code), { code }));
      await expect(ask('a')).rejects.toThrow(code);
      expect([code, requests.length]).toEqual([code, times]);
    }
  });

  it.each([
    said({ active: true }, 500),
    said({ active: true }, 401),
    said(undefined),
    said([]),
    said({}),
    said({ active: 'true' }),
  ])('and takes nothing else for an answer: %j', async (answer) => {
    await expect(underTest(secret, () => answer).ask('a')).rejects.toThrow('answered');
  });
});
