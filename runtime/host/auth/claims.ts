import { claimAt } from '../../claim-at.ts';
import type { Principal } from '../../contract.ts';
import type { ClaimNames } from '../../verifier-spec.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** The claims of an identity in the tokens of one product. */
interface Product {
  /** Of the issuer's host and path. */
  readonly issuer: RegExp;
  readonly scopes?: string;
  readonly roles: string;
  readonly tenant?: string;
  /** Where the client is named, first that is there. */
  readonly client?: string;
  /** What stands in for `aud` where there is none. */
  readonly audience?: string;
}

/** Products whose tokens differ from RFC 9068; chosen by the issuer, and every name can be replaced by the binding. */
const PRODUCTS: readonly Product[] = [
  // Microsoft Entra ID: scopes in `scp`, app roles in `roles`, tenant in `tid`.
  {
    issuer: /^(?:login\.microsoftonline\.(?:com|us)|sts\.windows\.net)\//,
    scopes: 'scp',
    roles: 'roles',
    tenant: 'tid',
    client: 'azp',
  },
  // Okta: `scp` is a list, `cid` the client, groups as they are configured.
  { issuer: /^[^/]+\.(?:okta|oktapreview|okta-emea)\.com(?:\/|$)/, scopes: 'scp', roles: 'groups', client: 'cid' },
  // Auth0: permissions of RBAC stand in `permissions`.
  { issuer: /^[^/?]+\.auth0\.com\/?$/, roles: 'permissions', tenant: 'org_id', client: 'azp' },
  // Amazon Cognito: access tokens have no `aud`, their client stands in for it.
  { issuer: /^cognito-idp\.[a-z0-9-]+\.amazonaws\.com\//, roles: 'cognito:groups', client: 'client_id', audience: 'client_id' },
  // Firebase Authentication: the project is issuer and audience, tenants in `firebase.tenant`.
  { issuer: /^securetoken\.google\.com\//, roles: 'roles', tenant: 'firebase.tenant' },
  // Keycloak: realm roles.
  { issuer: /\/realms\/[^/]+$/, roles: 'realm_access.roles', client: 'azp' },
];

const STANDARD: Product = { issuer: /^/, roles: 'roles' };

/** How the claims of an issuer are read. */
export interface ClaimReader {
  /** Values that one of the audiences must be among. */
  audiences(claims: Claims): readonly string[];
  principal(claims: Claims): Principal;
}

/** @param issuer resolved */
export function claimReader(names: ClaimNames, issuer: string): ClaimReader {
  const place = issuer.replace(/^https?:\/\//, '');
  const product = PRODUCTS.find((one) => one.issuer.test(place)) ?? STANDARD;
  const clients = [...new Set([product.client, 'client_id', 'azp', 'cid', 'appid'].filter((name) => name !== undefined))];
  const scopes = names.scopes === undefined ? [...new Set([product.scopes ?? 'scope', 'scope', 'scp'])] : [names.scopes];
  const first = (claims: Claims, candidates: readonly string[]): string | undefined => {
    for (const name of candidates) {
      const value = textOf(claimAt(claims, name));
      if (value !== undefined) return value;
    }
    return undefined;
  };
  return {
    audiences(claims) {
      const { aud } = claims;
      return aud === undefined && product.audience !== undefined ? words(claims[product.audience], false) : words(aud, false);
    },
    principal(claims) {
      const subject = first(claims, [names.subject ?? 'sub']);
      const { plan } = names;
      const tenant = names.tenant ?? product.tenant;
      const named = scopes.find((name) => claimAt(claims, name) !== undefined);
      return {
        subject,
        consumer: names.consumer === undefined ? (subject ?? first(claims, clients)) : first(claims, [names.consumer]),
        consumerNamed: names.consumer !== undefined,
        plan: typeof plan === 'object' ? first(claims, [plan.claim]) : plan,
        tenant: tenant === undefined ? undefined : first(claims, [tenant]),
        apiKey: undefined,
        scopes: named === undefined ? [] : words(claimAt(claims, named), true),
        roles: words(claimAt(claims, names.roles ?? product.roles), false),
        claims,
      };
    },
  };
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' ? String(value) : undefined;
}

/** A list of texts, or one text; `split`: words with spaces between them (RFC 8693 §4.2). */
function words(value: unknown, split: boolean): readonly string[] {
  if (typeof value === 'string') return split ? value.split(' ').filter((word) => word !== '') : [value];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
