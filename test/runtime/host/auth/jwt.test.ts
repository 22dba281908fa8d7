import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Verdict, Verifier } from '../../../../runtime/contract.ts';
import { type SigningKey, signed, signingKey } from '../../../support/issuer.ts';
import { ISSUER, type JwtUnderTest, jwtVerifier, NOW_S } from '../../../support/verifiers.ts';

type Fields = Readonly<Record<string, unknown>>;

const token = (key: SigningKey, claims: Fields = {}, header: Fields = {}): Promise<string> =>
  signed(key, { iss: ISSUER, ...claims }, header, NOW_S);

function reason(verdict: Verdict): string {
  return verdict.denied === undefined ? 'accepted' : `${verdict.denied} ${verdict.reason}`;
}

async function judged(claims: Fields, header: Fields = {}, options: Parameters<typeof jwtVerifier>[1] = {}): Promise<string> {
  const key = signingKey();
  return reason(await jwtVerifier([key], options).verify(await token(key, claims, header)));
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('algorithms (JW-1)', () => {
  it.each(['RS256', 'PS256', 'ES256', 'EdDSA'] as const)('accepts %s', async (alg) => {
    const key = signingKey(alg);
    expect(reason(await jwtVerifier([key]).verify(await token(key)))).toBe('accepted');
  });

  it('refuses a token without signature, however it is spelt', async () => {
    const claims = { iss: ISSUER, aud: 'api', exp: NOW_S + 60 };
    const under = jwtVerifier();
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '', null, undefined, 0]) {
      expect(reason(await under.verify(`${part({ alg, typ: 'JWT' })}.${part(claims)}.`))).toBe('401 algorithm');
    }
  });

  it('never takes a public key for a secret (key confusion)', async () => {
    const key = signingKey('RS256');
    const input = `${part({ alg: 'HS256', typ: 'JWT', kid: key.kid })}.${part({ iss: ISSUER, aud: 'api', exp: NOW_S + 60 })}`;
    const pem = key.privateKey.export({ type: 'pkcs8', format: 'pem' });
    for (const secret of [String(pem), String(key.jwk.n), JSON.stringify(key.jwk)]) {
      const forged = `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
      expect(reason(await jwtVerifier([key]).verify(forged))).toBe('401 algorithm');
    }
  });

  it('needs a key of the algorithm, of the use and of the size', async () => {
    const key = signingKey('RS256');
    const tryKey = async (changes: Fields): Promise<string> => {
      const under = jwtVerifier([{ ...key, jwk: { ...key.jwk, ...changes } }]);
      return reason(await under.verify(await token(key)));
    };
    expect(await tryKey({ alg: 'PS256' })).toBe('401 unknown key');
    expect(await tryKey({ use: 'enc' })).toBe('401 unknown key');
    expect(await tryKey({ key_ops: ['sign'] })).toBe('401 unknown key');
    expect(await tryKey({ kty: 'oct', k: 'c2VjcmV0' })).toBe('401 unknown key');
    expect(await tryKey({ alg: undefined, use: undefined })).toBe('accepted');
  });

  it('refuses what a header says is critical', async () => {
    const key = signingKey();
    const [, claims = '', signature = ''] = (await token(key)).split('.');
    const header = part({ alg: 'ES256', kid: key.kid, crit: ['exp'], exp: NOW_S });
    expect(reason(await jwtVerifier([key]).verify(`${header}.${claims}.${signature}`))).toBe('401 critical header');
  });
});

describe('keys that a token brings along', () => {
  it.each(['jwk', 'jku', 'x5u', 'x5c'])('does not look at %s', async (name) => {
    const [ours, theirs] = [signingKey(), signingKey('ES256', 'theirs')];
    const value = name === 'jwk' ? theirs.jwk : name === 'x5c' ? ['MIIB'] : 'https://evil.example/keys';
    const under = jwtVerifier([ours]);
    expect(reason(await under.verify(await token(theirs, {}, { [name]: value })))).toBe('401 unknown key');
    expect(reason(await under.verify(await token(theirs, {}, { [name]: value, kid: ours.kid })))).toBe('401 signature');
  });

  it('takes a kid for nothing but a name', async () => {
    const key = signingKey();
    for (const kid of ['../../dev/null', "' OR 1=1 --", '__proto__', 'constructor', '', 7, { $ne: 1 }, 'a'.repeat(4_000)]) {
      const verdict = reason(await jwtVerifier([key]).verify(await token(signingKey('ES256', 'x'), {}, { kid })));
      expect(verdict).toMatch(/^401 (?:unknown key|signature)$/);
    }
  });
});

describe('claims (JW-2)', () => {
  it.each([
    [{ iss: 'https://evil.example' }, '401 issuer'],
    [{ iss: `${ISSUER}/` }, '401 issuer'],
    [{ iss: [ISSUER] }, '401 issuer'],
    [{ iss: undefined }, '401 issuer'],
    [{ aud: 'other' }, '401 audience'],
    [{ aud: undefined }, '401 audience'],
    [{ aud: ['other', 'api'] }, 'accepted'],
    [{ aud: { api: true } }, '401 audience'],
    [{ exp: NOW_S - 31 }, '401 expired'],
    [{ exp: NOW_S - 29 }, 'accepted'],
    [{ exp: undefined }, '401 exp'],
    [{ exp: '9999999999' }, '401 exp'],
    [{ exp: 1e300 }, '401 exp'],
    [{ nbf: NOW_S + 31 }, '401 not yet valid'],
    [{ nbf: NOW_S + 29 }, 'accepted'],
    [{ nbf: 'x' }, '401 not yet valid'],
    [{ iat: NOW_S + 31 }, '401 issued in the future'],
    [{ iat: undefined }, 'accepted'],
  ] as const)('judges %j as %s', async (claims, expected) => {
    expect(await judged(claims)).toBe(expected);
  });

  it('judges the type', async () => {
    expect(await judged({}, { typ: 'application/at+jwt' })).toBe('accepted');
    expect(await judged({}, { typ: undefined })).toBe('accepted');
    expect(await judged({}, { typ: 'secevent+jwt' })).toBe('401 type');
    expect(await judged({ nonce: 'n' }, {}, { requireAccessToken: true })).toBe('401 type');
    expect(await judged({ nonce: 'n', client_id: 'app' }, {}, { requireAccessToken: true })).toBe('accepted');
  });

  it.each([
    'a',
    'a.b',
    'a.b.c',
    '..',
    'e30.e30.',
    `${part([])}.${part({})}.x`,
    `${part({})}.${part('x')}.x`,
    'Zm9v.YmFy.YmF6',
    '\0',
  ])('refuses %j', async (text) => {
    expect(reason(await jwtVerifier().verify(text))).toMatch(/^401 (?:malformed|issuer)$/);
  });

  it('refuses what is too long without looking at it', async () => {
    expect(reason(await jwtVerifier().verify(`${'a'.repeat(5_000)}.${'b'.repeat(5_000)}.c`))).toBe('401 malformed');
  });
});

describe('what is remembered (JW-7)', () => {
  async function once(): Promise<{ readonly under: JwtUnderTest; readonly text: string }> {
    const key = signingKey();
    const under = jwtVerifier([key]);
    const text = await token(key, { exp: NOW_S + 100, jti: 'one' });
    expect(reason(await under.verify(text))).toBe('accepted');
    return { under, text };
  }

  it('judges a token that it knows without waiting', async () => {
    const { under, text } = await once();
    const { fakeExchange } = await import('../../../support/exchange.ts');
    const again = under.verifier.verify(text, fakeExchange());
    expect(again).not.toBeInstanceOf(Promise);
  });

  it('forgets it at its end', async () => {
    const { under, text } = await once();
    under.clock.ms += 131_000;
    expect(reason(await under.verify(text))).toBe('401 expired');
  });

  it('forgets it when its key is gone', async () => {
    const { under, text } = await once();
    under.holder.value = { keys: [signingKey().jwk] };
    expect(reason(await under.verify(text))).toBe('401 unknown key');
  });

  it('asks every time whether it was revoked', async () => {
    const { under, text } = await once();
    under.revoked.add('one');
    expect(reason(await under.verify(text))).toBe('401 revoked');
  });
});

describe('keys that change', () => {
  it('asks for the keys when a token names one that is unknown, and waits for them (JW-5)', async () => {
    const [old, fresh] = [signingKey(), signingKey()];
    const under = jwtVerifier([old]);
    under.onAsk = () => {
      under.holder.value = { keys: [old.jwk, fresh.jwk] };
    };
    expect(reason(await under.verify(await token(fresh)))).toBe('accepted');
    expect(under.asked).toBe(1);
  });

  it('asks as well when a known name has another key now (JW-6)', async () => {
    const [old, fresh] = [signingKey('ES256', 'same'), signingKey('ES256', 'same')];
    const under = jwtVerifier([old]);
    under.onAsk = () => {
      under.holder.value = { keys: [fresh.jwk] };
    };
    expect(reason(await under.verify(await token(fresh)))).toBe('accepted');
    expect(under.reasons).toEqual(['changed']);
  });

  it('asks again for a kid as soon as that is of use, not when another thirty seconds are over', async () => {
    const under = jwtVerifier([signingKey()]);
    under.waitMs = 12_000;
    const stranger = signingKey();
    for (const passed of [0, 11_999, 1]) {
      under.clock.ms += passed;
      await under.verify(await token(stranger));
    }
    expect(under.reasons).toEqual(['unknown', 'unknown']);
  });

  it('says that nobody can tell while no key was ever loaded', async () => {
    const key = signingKey();
    const under = jwtVerifier([key]);
    under.holder.value = undefined;
    expect(reason(await under.verify(await token(key)))).toBe('503 keys unavailable');
    under.holder.value = { keys: [key.jwk] };
    expect(reason(await under.verify(await token(key)))).toBe('accepted');
  });

  it('asks once in thirty seconds for one kid', async () => {
    const under = jwtVerifier([signingKey()]);
    const stranger = signingKey();
    for (let index = 0; index < 5; index += 1) await under.verify(await token(stranger));
    expect(under.asked).toBe(1);
    under.clock.ms += 31_000;
    await under.verify(await token(stranger));
    expect(under.asked).toBe(2);
  });
});

describe('forged tokens (JW-11)', () => {
  it('stops looking at an address that sends too many, and only at that one', async () => {
    const key = signingKey();
    const under = jwtVerifier([key]);
    const forge = (index: number): string =>
      `${part({ alg: 'ES256', kid: key.kid })}.${part({ iss: ISSUER, aud: 'api', exp: NOW_S - 100 - index })}.eA`;
    const verdicts: string[] = [];
    for (let index = 0; index < 105; index += 1) verdicts.push(reason(await under.verify(forge(index))));
    expect(verdicts.filter((one) => one === '401 expired').length).toBe(100);
    expect(verdicts.at(-1)).toBe('429 too many failures');
    expect(reason(await under.verify(await token(key), { address: '198.51.100.9' }))).toBe('accepted');
    under.clock.ms += 1_000;
    expect(reason(await under.verify(forge(999)))).toBe('401 expired');
  });
});

describe('a binding that takes both (IN-4)', () => {
  it('verifies what is a JWT, asks about everything else, and never does both', async () => {
    const asked: string[] = [];
    const opaque: Verifier = {
      name: 'user',
      verify(text) {
        asked.push(text);
        return { denied: 401, reason: 'inactive' };
      },
    };
    const key = signingKey();
    const under = jwtVerifier([key], {}, opaque);
    const good = await token(key);
    const claims = part({ iss: ISSUER, aud: 'api', exp: NOW_S + 60 });
    const jwts = [good, `${good.slice(0, -4)}AAAA`, `${part({ alg: 'none' })}.${claims}.`, `${part({ alg: 'ES256' })}.e30x.eA`];
    const verdicts: string[] = [];
    for (const text of jwts) verdicts.push(reason(await under.verify(text)));
    expect([verdicts, asked]).toEqual([['accepted', '401 signature', '401 algorithm', '401 malformed'], []]);
    const others = ['opaque', 'a.b.c', 'h.k.i.c.t', 'x'.repeat(100)];
    for (const text of others) expect(reason(await under.verify(text))).toBe('401 inactive');
    expect(asked).toEqual(others);
  });
});
