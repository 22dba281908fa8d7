import { describe, expect, it } from 'vitest';
import type { Identity, PolicyEnv } from '../../../runtime/contract.ts';
import { signedIdentity } from '../../../runtime/policies/signed-identity.ts';
import { fakeEnv, fakeExchange } from '../../support/exchange.ts';

/** A policy whose signer says what it has signed. */
function underTest(audience: readonly string[] = ['orders'], claims: readonly string[] = []) {
  const signed: Readonly<Record<string, unknown>>[] = [];
  const clock = { ms: 0 };
  const env: PolicyEnv = {
    ...fakeEnv,
    clock: () => clock.ms,
    identitySigner: () => ({
      lifetimeMs: 60_000,
      sign(said) {
        signed.push(said);
        return Promise.resolve(`token ${signed.length} ${'x'.repeat(String(said.sub ?? '').length)}`);
      },
    }),
  };
  const stage = signedIdentity({ header: 'x-gw-identity', audience, claims }, env);
  const tell = async (identity?: Partial<Identity>): Promise<string | number | undefined> => {
    const exchange = fakeExchange(identity === undefined ? {} : { identity });
    const reply = await stage(exchange);
    return reply?.status ?? exchange.sent.get('x-gw-identity');
  };
  return { tell, signed, clock };
}

describe('the signed form of who calls (ID-4)', () => {
  it('says what is known, to the service that it is for, and nothing of nobody', async () => {
    const { tell, signed } = underTest(['orders'], ['email', 'exp', 'address.city', '__proto__']);
    const claims = { email: 'a@b.example', exp: 9, address: { city: 'Ulm' }, iss: 'https://id.example', secret: 's' };
    await tell({
      subject: 'ada',
      consumer: 'acme',
      plan: 'pro',
      tenant: 'eu',
      apiKey: 'k',
      scopes: ['a', 'b'],
      roles: ['r'],
      claims,
    });
    expect(signed).toEqual([
      {
        aud: 'orders',
        sub: 'ada',
        consumer: 'acme',
        plan: 'pro',
        tenant: 'eu',
        api_key: 'k',
        scope: 'a b',
        roles: ['r'],
        email: 'a@b.example',
        'address.city': 'Ulm',
      },
    ]);
    expect(await tell()).toBeUndefined();
    const split = underTest(['orders', 'orders-v2']);
    await split.tell({});
    expect(split.signed).toEqual([{ aud: ['orders', 'orders-v2'] }]);
  });

  it('is made once for the callers of one token, and anew when half of its life is over', async () => {
    const { tell, clock } = underTest();
    const claims = {};
    const of = (more: Partial<Identity>) => tell({ claims, ...more });
    expect([await of({ plan: 'a' }), await of({ plan: 'a' })]).toEqual(['token 1 ', 'token 1 ']);
    expect([await of({ plan: 'b' }), await tell({ plan: 'b' })]).toEqual(['token 2 ', 'token 3 ']);
    clock.ms = 29_999;
    expect(await of({ plan: 'b' })).toBe('token 2 ');
    clock.ms = 30_000;
    expect(await of({ plan: 'b' })).toBe('token 4 ');
  });

  it('refuses a caller with more to say than fits', async () => {
    expect(await underTest().tell({ subject: 'x'.repeat(8_192) })).toBe(431);
  });
});
