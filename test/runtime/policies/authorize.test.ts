import { describe, expect, it } from 'vitest';
import type { Identity, PolicyEnv } from '../../../runtime/contract.ts';
import { type AuthorizeOptions, authorize } from '../../../runtime/policies/authorize.ts';
import { REVOCATIONS_STALE } from '../../../runtime/runtime-value-keys.ts';
import { type FakeExchange, fakeEnv, fakeExchange } from '../../support/exchange.ts';
import { compiled } from '../../support/expressions.ts';

const now = 1_795_000_000;

interface Judged extends AuthorizeOptions {
  readonly text?: string;
}

function judged(options: Judged, identity?: Partial<Identity>, notes: string[] = []): string {
  const { text, ...rest } = options;
  const env: PolicyEnv = { ...fakeEnv, clock: () => now * 1_000, expression: () => () => compiled(text ?? 'true') };
  const exchange: FakeExchange = {
    ...fakeExchange(identity === undefined ? {} : { identity }),
    note: (name, value) => void notes.push(`${name}=${value}`),
  };
  const reply = authorize({ ...rest, ...(text === undefined ? {} : { when: 'e0' }) }, env)(exchange);
  if (reply === undefined || 'then' in reply) return 'pass';
  return [reply.status, reply.problem?.code, ...reply.headers.map(([, value]) => value)].join(' ');
}

describe('authorize (AZ-1 to AZ-6)', () => {
  it('AZ-6: the log has every decision, and the rule that refuses', () => {
    const decided = (options: Judged, identity: Partial<Identity> = {}): string => {
      const notes: string[] = [];
      judged(options, identity, notes);
      return notes.join(' ');
    };
    expect(decided({ roles: ['admin'] }, { roles: ['admin'] })).toBe('authz.decision=allow');
    expect(decided({ scopes: ['a'] })).toBe('authz.decision=deny authz.rule=authorize.scopes');
    expect(decided({ roles: ['admin'] })).toBe('authz.decision=deny authz.rule=authorize.roles');
    expect(decided({ text: 'has(claims.sub)', hideExistence: true })).toBe('authz.decision=deny authz.rule=authorize.when');
    expect(decided({ mfa: { amr: ['otp'], acr: [] } })).toBe('authz.decision=deny authz.rule=authorize.mfa');
    expect(decided({ deny: true })).toBe('authz.decision=deny authz.rule=authorize.defaultDeny');
    expect(decided({ roles: ['admin'], shadow: true })).toBe('authz.decision=would deny authz.rule=authorize.roles');
  });

  it('AZ-4: the caller hears which rule it was, and nothing of what it says', () => {
    const text = "claims.sub == 'ada'";
    const env: PolicyEnv = { ...fakeEnv, expression: () => () => compiled(text) };
    const reply = authorize({ when: 'e0' }, env)(fakeExchange({ identity: {} }));
    expect(reply).toMatchObject({ status: 403, problem: { code: 'policy', extensions: { policy: 'authorize.when' } } });
    expect(JSON.stringify(reply)).not.toContain('ada');
  });

  it('asks for all scopes, and names them', () => {
    expect(judged({ scopes: ['a', 'b'] }, { scopes: ['b', 'a', 'c'] })).toBe('pass');
    expect(judged({ scopes: ['a', 'b'] }, { scopes: ['a'] })).toBe('403 scope Bearer error="insufficient_scope", scope="a b"');
  });

  it('asks for one of the roles', () => {
    expect(judged({ roles: ['admin', 'support'] }, { roles: ['support'] })).toBe('pass');
    expect(judged({ roles: ['admin'] }, { roles: ['administrator'] })).toBe('403 role');
  });

  it('asks the expression last of these, and tells nothing of it', () => {
    const text = "claims.sub == 'ada'";
    expect(judged({ text }, { claims: { sub: 'ada' } })).toBe('pass');
    expect(judged({ text }, { claims: { sub: 'eve' } })).toBe('403 policy');
    expect(judged({ text }, { claims: {} })).toBe('403 policy');
    expect(judged({ text, hideExistence: true }, { claims: {} })).toBe('404 not-found');
    expect(judged({ text, roles: ['admin'], hideExistence: true }, { claims: {} })).toBe('403 role');
  });

  it('AZ-5: asks for a second factor, not too long ago', () => {
    const mfa = { amr: ['mfa', 'otp'], acr: ['urn:strong'], maxAgeSeconds: 300 };
    const challenge =
      '401 mfa Bearer error="insufficient_user_authentication", error_description="A second factor is needed", acr_values="urn:strong", max_age="300"';
    expect(judged({ mfa }, { claims: { amr: ['pwd', 'otp'], auth_time: now - 300 } })).toBe('pass');
    expect(judged({ mfa }, { claims: { acr: 'urn:strong', auth_time: now } })).toBe('pass');
    expect(judged({ mfa }, { claims: { amr: ['pwd'], auth_time: now } })).toBe(challenge);
    expect(judged({ mfa }, { claims: { amr: ['otp'], auth_time: now - 331 } })).toBe(challenge);
    expect(judged({ mfa }, { claims: { amr: ['otp'] } })).toBe(challenge);
    expect(judged({ mfa }, { claims: { amr: 'otp', auth_time: now } })).toBe(challenge);
  });

  it('AZ-3: refuses everybody where nothing says who may', () => {
    expect(judged({ deny: true }, { roles: ['admin'], scopes: ['all'] })).toBe('403 policy');
    expect(judged({ deny: true, hideExistence: true }, {})).toBe('404 not-found');
    expect(judged({ deny: true, shadow: true }, {})).toBe('pass');
  });

  it('JW-8: what is sensitive waits until it is known again who was revoked', () => {
    const revocations = { value: undefined as unknown };
    const env: PolicyEnv = {
      ...fakeEnv,
      runtimeValue: (key) => (key === REVOCATIONS_STALE ? revocations : { value: undefined }),
    };
    const stage = authorize({ sensitive: true }, env);
    const lax = authorize({ roles: ['a'] }, env);
    const known = fakeExchange({ identity: { roles: ['a'] } });
    expect(stage(known)).toBeUndefined();
    revocations.value = true;
    expect(stage(known)).toMatchObject({
      status: 503,
      headers: [['retry-after', '5']],
      problem: { code: 'revocations-unknown' },
    });
    expect([lax(known), stage(fakeExchange())]).toEqual([undefined, undefined]);
    revocations.value = undefined;
    expect(stage(known)).toBeUndefined();
  });

  it('a shadow refuses nobody', () => {
    expect(judged({ roles: ['admin'], shadow: true }, { roles: [] })).toBe('pass');
  });

  it('nobody is refused what somebody is asked for', () => {
    expect(judged({ scopes: ['a'] })).toContain('403 scope');
    expect(judged({ roles: ['a'] })).toBe('403 role');
    expect(judged({ mfa: { amr: ['mfa'], acr: [] } })).toContain('401 mfa');
    expect(judged({ text: 'has(claims.sub)' })).toBe('403 policy');
  });
});
