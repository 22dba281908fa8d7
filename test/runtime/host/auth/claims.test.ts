import { describe, expect, it } from 'vitest';
import { type Claims, claimReader } from '../../../../runtime/host/auth/claims.ts';
import type { ClaimNames } from '../../../../runtime/verifier-spec.ts';

function read(claims: Claims, names: ClaimNames = {}, issuer = String(claims.iss)) {
  const reader = claimReader(names, issuer);
  const { subject, consumer, tenant, scopes, roles, plan } = reader.principal(claims);
  return { subject, consumer, tenant, scopes, roles, plan, audiences: reader.audiences(claims) };
}

/** Access tokens as the documentation of each product shows them, and what they say. */
const PRODUCTS: readonly (readonly [name: string, token: Claims, said: object])[] = [
  [
    'RFC 9068',
    { iss: 'https://as.example', aud: 'api', sub: 'ada', client_id: 'app', scope: 'read write', roles: ['admin'] },
    { subject: 'ada', consumer: 'ada', scopes: ['read', 'write'], roles: ['admin'], tenant: undefined, audiences: ['api'] },
  ],
  [
    'Microsoft Entra ID, v2.0',
    {
      iss: 'https://login.microsoftonline.com/t1/v2.0',
      aud: 'api',
      sub: 's',
      azp: 'app',
      scp: 'Files.Read Mail',
      roles: ['Task.All'],
      tid: 't1',
    },
    { subject: 's', scopes: ['Files.Read', 'Mail'], roles: ['Task.All'], tenant: 't1' },
  ],
  [
    'Microsoft Entra ID, v1.0, an app alone',
    { iss: 'https://sts.windows.net/t1/', aud: 'api', appid: 'app', roles: ['Task.All'], tid: 't1' },
    { subject: undefined, consumer: 'app', scopes: [], roles: ['Task.All'], tenant: 't1' },
  ],
  [
    'Okta',
    {
      iss: 'https://acme.okta.com/oauth2/default',
      aud: 'api',
      sub: 'ada@acme.example',
      cid: 'app',
      scp: ['read', 'write'],
      groups: ['Everyone'],
    },
    { subject: 'ada@acme.example', scopes: ['read', 'write'], roles: ['Everyone'] },
  ],
  [
    'Auth0',
    {
      iss: 'https://acme.eu.auth0.com/',
      aud: ['api', 'https://acme.eu.auth0.com/userinfo'],
      sub: 'auth0|1',
      azp: 'app',
      scope: 'openid read',
      permissions: ['read:rides'],
      org_id: 'org_1',
    },
    {
      subject: 'auth0|1',
      scopes: ['openid', 'read'],
      roles: ['read:rides'],
      tenant: 'org_1',
      audiences: ['api', 'https://acme.eu.auth0.com/userinfo'],
    },
  ],
  [
    'Amazon Cognito',
    {
      iss: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_abc',
      sub: 's',
      client_id: 'app',
      scope: 'rides/read',
      'cognito:groups': ['staff'],
    },
    { subject: 's', scopes: ['rides/read'], roles: ['staff'], audiences: ['app'] },
  ],
  [
    'Firebase',
    {
      iss: 'https://securetoken.google.com/rides-1',
      aud: 'rides-1',
      sub: 'u1',
      roles: ['driver'],
      firebase: { tenant: 'fleet-1', sign_in_provider: 'phone' },
    },
    { subject: 'u1', scopes: [], roles: ['driver'], tenant: 'fleet-1', audiences: ['rides-1'] },
  ],
  [
    'Keycloak',
    {
      iss: 'https://id.acme.example/realms/rides',
      aud: 'account',
      sub: 'u1',
      azp: 'app',
      scope: 'email',
      realm_access: { roles: ['driver'] },
    },
    { subject: 'u1', scopes: ['email'], roles: ['driver'], audiences: ['account'] },
  ],
];

describe('the claims of an identity', () => {
  it.each(PRODUCTS)('are where %s puts them', (_name, token, said) => {
    expect(read(token)).toMatchObject(said);
  });

  it('are where the binding says', () => {
    const token = {
      iss: 'https://id.acme.example/realms/rides',
      sub: 'u1',
      resource_access: { app: { roles: ['r'] } },
      'https://acme/tier': 'pro',
      org: 7,
    };
    const names: ClaimNames = {
      ...{ roles: 'resource_access.app.roles', tenant: 'org', consumer: 'org', plan: { claim: 'https://acme/tier' } },
    };
    expect(read(token, names)).toMatchObject({ roles: ['r'], tenant: '7', consumer: '7', plan: 'pro' });
    expect(read({ sub: 'u1' }, { consumer: 'org' }, 'https://as.example').consumer).toBeUndefined();
  });

  it.each([
    'https://login.microsoftonline.com.evil.example/t1/v2.0',
    'https://evil.example/acme.okta.com',
    'https://evil.example/?x=.auth0.com/',
  ])('of %s are nobody’s in particular', (issuer) => {
    expect(read({ sub: 's', tid: 't', scp: 'a', groups: ['g'], permissions: ['p'], org_id: 'o' }, {}, issuer)).toMatchObject({
      roles: [],
      tenant: undefined,
    });
  });

  it('are none when they are not what they should be', () => {
    const odd = { iss: 'https://as.example', sub: { a: 1 }, scope: 7, roles: { admin: true }, aud: { api: 1 }, client_id: ['x'] };
    expect(read(odd)).toEqual({
      subject: undefined,
      consumer: undefined,
      tenant: undefined,
      scopes: [],
      roles: [],
      plan: undefined,
      audiences: [],
    });
    expect(read({ iss: 'x', roles: ['a', 1, null, ['b'], { c: 1 }], scope: ' a  b ' }, {}, 'https://as.example')).toMatchObject({
      roles: ['a'],
      scopes: ['a', 'b'],
    });
    const inherited: Claims = JSON.parse('{"__proto__":{"sub":"admin","roles":["admin"]}}');
    expect(read(inherited, {}, 'https://as.example')).toMatchObject({ subject: undefined, roles: [] });
    expect(read({}, { roles: 'constructor.name', tenant: '__proto__.x' }, 'https://as.example')).toMatchObject({
      roles: [],
      tenant: undefined,
    });
  });
});
