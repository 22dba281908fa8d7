import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PolicyEnv, Principal, Verdict } from '../../../runtime/contract.ts';
import { type AuthenticateOptions, authenticate, type RequiredCredential } from '../../../runtime/policies/authenticate.ts';
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

  it('ID-1: is OR of ANDs in the order of the document, `{}` lets nobody in particular pass, and a wrong credential is refused', async () => {
    const schemes = ['a', 'b', 'c'] as const;
    const credential = fc.constantFrom(undefined, 'good', 'scoped', 'bad');
    const part = fc.record({ scheme: fc.constantFrom(...schemes), scope: fc.boolean() });
    const alternative = fc.uniqueArray(part, { maxLength: 3, selector: ({ scheme }) => scheme });
    const request = fc.record({ a: credential, b: credential, c: credential });
    const documents = fc.array(alternative, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(documents, request, fc.boolean(), async (document, sent, waits) => {
        const exchange = fakeExchange({ headers: headersOf(sent) });
        const reply = await authenticate(optionsOf(document), envOf(waits))(exchange);
        const holds = document.find(
          (parts) => parts.length > 0 && parts.every(({ scheme, scope }) => isGood(sent[scheme], scope)),
        );
        const named = new Set(document.flatMap((parts) => parts.map(({ scheme }) => scheme)));
        const isSilent = ![...named].some((scheme) => sent[scheme] !== undefined);
        const mayBeNobody = document.some((parts) => parts.length === 0);
        if (holds !== undefined) {
          expect([reply, exchange.identity?.schemes]).toEqual([undefined, holds.map(({ scheme }) => scheme)]);
          // What was verified is passed on, and nothing else.
          const passed = schemes.filter((scheme) => exchange.sent.has(`x-${scheme}`) && named.has(scheme));
          expect(passed.sort()).toEqual(holds.map(({ scheme }) => scheme).sort());
        } else if (isSilent && mayBeNobody) expect([reply, exchange.identity]).toEqual([undefined, undefined]);
        else {
          expect(exchange.identity).toBeUndefined();
          expect(reply?.status).toBeOneOf([401, 403]);
          expect(reply?.status === 403).toBe(document.some((parts) => provesTooLittle(parts, sent)));
          if (reply?.status === 401) expect(reply.headers.map(([name]) => name)).toContain('www-authenticate');
        }
      }),
    );
  });
});

type Sent = Readonly<Record<'a' | 'b' | 'c', string | undefined>>;
type Part = { readonly scheme: keyof Sent; readonly scope: boolean };

function isGood(credential: string | undefined, scope: boolean): boolean {
  return credential === 'scoped' || (credential === 'good' && !scope);
}

/** Everything is there and right until one lacks a scope: that weighs more than what was not proved. */
function provesTooLittle(parts: readonly Part[], sent: Sent): boolean {
  if (parts.some(({ scheme }) => sent[scheme] === undefined)) return false;
  const first = parts.find(({ scheme, scope }) => !isGood(sent[scheme], scope));
  return first !== undefined && sent[first.scheme] === 'good';
}

function headersOf(sent: Sent): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(sent).flatMap(([scheme, value]) => (value === undefined ? [] : [[`x-${scheme}`, value]])),
  );
}

function optionsOf(document: readonly (readonly Part[])[]): AuthenticateOptions {
  const alternatives = document.map((parts) =>
    parts.map(
      ({ scheme, scope }): RequiredCredential => ({
        scheme,
        verifier: scheme,
        place: { in: 'header', name: `X-${scheme}` },
        challenge: 'ApiKey',
        scopes: scope ? ['s'] : [],
        orRoles: false,
        forward: true,
      }),
    ),
  );
  return { alternatives, realm: 'shop', timeoutMs: 1_000 };
}

/** Verifiers that go by what a credential says of itself. */
function envOf(waits: boolean): PolicyEnv {
  const verdictOf = (credential: string): Verdict =>
    credential === 'bad' ? { denied: 401, reason: 'signature' } : { ...principal, scopes: credential === 'scoped' ? ['s'] : [] };
  const verify = (credential: string): Verdict | Promise<Verdict> =>
    waits ? Promise.resolve(verdictOf(credential)) : verdictOf(credential);
  return { ...fakeEnv, verifier: (name) => ({ name, verify }) };
}

const principal: Principal = {
  subject: 'ada',
  consumer: 'ada',
  consumerNamed: false,
  plan: undefined,
  tenant: undefined,
  apiKey: undefined,
  scopes: [],
  roles: [],
  claims: {},
};
