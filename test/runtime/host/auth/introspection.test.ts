import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../../runtime/contract.ts';
import { clientCertificates } from '../../../../runtime/host/auth/certificates.ts';
import { type Claims, claimReader } from '../../../../runtime/host/auth/claims.ts';
import { Failures } from '../../../../runtime/host/auth/failures.ts';
import { IntrospectionVerifier } from '../../../../runtime/host/auth/introspection.ts';
import { type ExchangeOptions, fakeEnv, fakeExchange } from '../../../support/exchange.ts';
import { testStore } from '../../../support/limits.ts';
import { ISSUER, NOW_S } from '../../../support/verifiers.ts';

/** A verifier, the clock it goes by, and the server that it asks. */
function underTest(answer: (token: string) => Claims | Error) {
  const state = { ms: NOW_S * 1_000, answer, asked: [] as string[], counted: [] as string[], revoked: new Set<unknown>() };
  const verifier = new IntrospectionVerifier({
    name: 'opaque',
    rules: { issuer: ISSUER, audience: new Set(['api']), clockSkewS: 30 },
    claims: claimReader({}, ISSUER),
    async ask(token) {
      state.asked.push(token);
      const given = state.answer(token);
      if (given instanceof Error) throw given;
      return given;
    },
    maxCacheMs: 60_000,
    failures: new Failures(testStore().store),
    certificates: clientCertificates((name) => fakeEnv.headerSlot(name)),
    isRevoked: ({ jti }) => state.revoked.has(jti),
    count: (result) => void state.counted.push(result.replace('introspection', '')),
    clock: () => state.ms,
  });
  const verify = async (token: string, exchange: ExchangeOptions = {}): Promise<string> =>
    said(await verifier.verify(token, fakeExchange(exchange)));
  return { state, verify };
}

function said(verdict: Verdict): string {
  return verdict.denied === undefined ? `accepted ${verdict.subject ?? ''}` : `${verdict.denied} ${verdict.reason}`;
}

const active = (more: Claims = {}): Claims => ({ active: true, aud: 'api', sub: 'ada', ...more });

describe('IN-2: what the server has said is remembered', () => {
  it('for a minute when the token is active, for its life when that is shorter', async () => {
    const { state, verify } = underTest((token) => active(token === 'short' ? { exp: NOW_S + 5 } : {}));
    for (const token of ['long', 'short', 'long', 'short']) expect(await verify(token)).toBe('accepted ada');
    expect(state.asked).toEqual(['long', 'short']);
    state.ms += 35_000;
    expect([await verify('long'), await verify('short')]).toEqual(['accepted ada', '401 expired']);
    state.ms += 25_000;
    await verify('long');
    expect(state.asked).toEqual(['long', 'short', 'short', 'long']);
  });

  it('for ten seconds when it is not, or is not for us', async () => {
    const { state, verify } = underTest((token) => (token === 'dead' ? { active: false } : active({ aud: 'other' })));
    const twice = [await verify('dead'), await verify('dead'), await verify('other'), await verify('other')];
    expect(twice).toEqual(['401 inactive', '401 inactive', '401 audience', '401 audience']);
    expect(state.asked.length).toBe(2);
    state.ms += 10_000;
    await verify('dead');
    expect(state.asked.length).toBe(3);
  });

  it('once for all who ask at the same time; and nobody asks about what is too long', async () => {
    const { state, verify } = underTest(() => active());
    await Promise.all(Array.from({ length: 20 }, () => verify('one')));
    expect([await verify('x'.repeat(8_193)), await verify('')]).toEqual(['401 malformed', '401 malformed']);
    expect(state.asked).toEqual(['one']);
  });
});

describe('IN-3: a server that is down', () => {
  it('makes nobody throw a token away, is left alone after five failures, and asked again later', async () => {
    const { state, verify } = underTest(() => active());
    await verify('known');
    state.answer = () => new Error('down');
    for (let time = 0; time < 8; time += 1) expect(await verify(`new ${time}`)).toBe('503 introspection unavailable');
    expect(state.asked.length).toBe(6);
    expect(await verify('known')).toBe('accepted ada');
    state.answer = () => active();
    state.ms += 5_000;
    expect(await verify('new 0')).toBe('accepted ada');
    expect(state.counted).toEqual(['Active', 'Failed', 'Failed', 'Failed', 'Failed', 'Failed', 'Active']);
  });
});

describe('IN-4: what is said of a token is checked as the claims of a JWT', () => {
  it.each([
    [{ iss: 'https://evil.example' }, '401 issuer'],
    [{ iss: ISSUER }, 'accepted ada'],
    [{ aud: ['x', 'api'] }, 'accepted ada'],
    [{ aud: undefined }, '401 audience'],
    [{ exp: NOW_S - 31 }, '401 expired'],
    [{ exp: 'never' }, '401 exp'],
    [{ nbf: NOW_S + 31 }, '401 not yet valid'],
    [{ cnf: { 'x5t#S256': 'of a certificate' } }, '401 binding'],
  ])('%j: %s', async (claims, verdict) => {
    expect(await underTest(() => active(claims)).verify('token')).toBe(verdict);
  });

  it('and whether it was revoked is asked every time (JW-8)', async () => {
    const { state, verify } = underTest(() => active({ jti: 'one' }));
    expect(await verify('token')).toBe('accepted ada');
    state.revoked.add('one');
    expect([await verify('token'), state.asked.length]).toEqual(['401 revoked', 1]);
  });
});
