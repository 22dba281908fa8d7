import { describe, expect, it } from 'vitest';
import type { PolicyEnv, Verdict } from '../../../runtime/contract.ts';
import { authenticate, type RequiredCredential } from '../../../runtime/policies/authenticate.ts';
import { fakeEnv, fakeExchange } from '../../support/exchange.ts';

const bearer: RequiredCredential = {
  scheme: 'user',
  verifier: 'user',
  place: { in: 'authorization', scheme: 'bearer' },
  challenge: 'Bearer',
  scopes: [],
  orRoles: false,
  forward: true,
};

describe('authenticate', () => {
  it('waits for a verifier no longer than the exchange may take (JW-5), and says that nobody can tell', async () => {
    const asked: number[] = [];
    const never = new Promise<Verdict>(() => undefined);
    const env: PolicyEnv = {
      ...fakeEnv,
      verifier: (name) => ({ name, verify: () => never }),
      within(_promise, ms, late) {
        asked.push(ms);
        return Promise.resolve(late);
      },
    };
    const stage = authenticate({ alternatives: [[bearer]], realm: 'shop', timeoutMs: 2_000 }, env);
    const reply = await stage(fakeExchange({ headers: { authorization: 'Bearer x' } }));
    expect(reply).toMatchObject({ status: 503, headers: [['retry-after', '5']], problem: { code: 'verifier-unavailable' } });
    expect(asked).toEqual([2_000]);
  });
});
