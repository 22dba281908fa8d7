import type { AuthenticateOptions, RequiredCredential } from '../../runtime/policies/authenticate.ts';
import type { IdentityHeadersOptions, IdentitySource, StripIdentityOptions } from '../../runtime/policies/identity-headers.ts';
import type { SignedIdentityOptions } from '../../runtime/policies/signed-identity.ts';
import type { VerifierSpec } from '../../runtime/verifier-spec.ts';
import { type BindingType, bindingType } from '../config/bindings.ts';
import type { GatewayConfig } from '../config/gateway.ts';
import type { Node } from '../load/document.ts';
import { below, member } from '../load/pointer.ts';
import type { MergedOperation } from '../merge/merged.ts';
import { timeouts } from '../policies/timeouts.ts';
import type { Api, Fields } from '../resolve/api.ts';
import { saysWhoCalls } from './identity-names.ts';
import type { GatewayPlan, PolicyPlan } from './ir.ts';
import { json } from './json.ts';
import { lowered } from './lowered.ts';
import type { Source } from './origins.ts';
import { forwardsCredential, verifierSpec } from './verifiers.ts';

/** The binding of a scheme of a document. */
export interface Bound {
  /** Name of its verifier: that in the gateway file, or the document and the scheme. */
  readonly name: string;
  /** What is written. */
  readonly node: Node;
}

/** A verifier that routes require, its place not yet located. */
export interface UsedVerifier {
  readonly spec: VerifierSpec;
  readonly source: Source;
}

type Place = RequiredCredential['place'];

/** What `gw serve --auth dev` binds schemes to: whatever its issuer signs. */
const DEV_BINDING = { type: 'jwt', issuer: `\${GW_DEV_ISSUER}`, audience: 'any' } as const;

/** The binding of a scheme: what the gateway file says, else what stands at the scheme itself, else the development issuer where it runs. */
export function bindingOf(
  api: Api,
  name: string,
  { security, devIssuer }: Pick<GatewayConfig, 'security' | 'devIssuer'>,
): Bound | undefined {
  const renamed = api.entry.security;
  const binding = renamed !== undefined && Object.hasOwn(renamed, name) ? (renamed[name] ?? name) : name;
  const node = security.get(binding);
  if (node !== undefined) return { name: binding, node };
  const scheme = api.securitySchemes.get(name);
  if (scheme === undefined) return undefined;
  const inline = member(scheme.value, 'x-gateway');
  const { document, pointer } = scheme;
  if (inline === undefined) {
    const place = devIssuer === true ? placeOfScheme(scheme) : undefined;
    return place !== undefined && canVerify('jwt', place)
      ? { name: 'development', node: { document, pointer, value: DEV_BINDING } }
      : undefined;
  }
  return { name: `${document.file}#${name}`, node: { document, pointer: below(pointer, 'x-gateway'), value: inline } };
}

/**
 * What tells services who calls (ID-2, ID-4): on every route that has one, whatever a client says under those names is taken away; where
 * callers are known, the gateway says it.
 *
 * @param services whom the operation is forwarded to
 */
export function identityPolicies(
  { operation }: MergedOperation,
  { identityHeaders, identitySigned, security }: GatewayConfig,
  auth: GatewayPlan['auth'],
  services: readonly string[],
): readonly PolicyPlan[] {
  const headers = Object.entries(identityHeaders).map(([name, source]) => [name.toLowerCase(), source] as const);
  // A map that is authored in another order is the same.
  headers.sort(([a], [b]) => (a < b ? -1 : 1));
  // Those that are always taken away need no policy.
  const signed = identitySigned?.header.toLowerCase();
  const names = [...headers.map(([name]) => name), ...(signed === undefined ? [] : [signed])].filter(
    (name) => !saysWhoCalls(name),
  );
  const module = 'policies/identity-headers';
  const proxied = certificateFields([
    ...[...security.values()].map(({ value }) => value),
    ...[...operation.api.securitySchemes.values()].map(({ value }) => member(value, 'x-gateway')),
  ]).filter((name) => !saysWhoCalls(name) && !names.includes(name));
  const strip: StripIdentityOptions = { names, proxied };
  const inject: IdentityHeadersOptions = { headers };
  const known = auth !== 'none' && (operation.security?.value.length ?? 0) > 0;
  return [
    ...(names.length + proxied.length > 0
      ? [{ key: 'identity', stage: 'identity', module, factory: 'stripIdentity', options: json(strip) }]
      : []),
    ...(known && headers.length > 0
      ? [{ key: 'identity', stage: 'transform', module, factory: 'identityHeaders', options: json(inject) }]
      : []),
    ...(known && signed !== undefined ? [signing(signed, services, headers)] : []),
  ];
}

function signing(
  header: string,
  services: readonly string[],
  headers: readonly (readonly [string, IdentitySource])[],
): PolicyPlan {
  const claims = headers.flatMap(([, source]) => (typeof source === 'object' ? [source.claim] : []));
  const options: SignedIdentityOptions = { header, audience: [...new Set(services)].sort(), claims: [...new Set(claims)].sort() };
  return {
    key: 'identity',
    stage: 'transform',
    module: 'policies/signed-identity',
    factory: 'signedIdentity',
    options: json(options),
  };
}

/** Fields that some binding takes certificates of clients from, lower case, sorted. */
function certificateFields(authored: readonly unknown[]): readonly string[] {
  const fields = authored.flatMap((binding) => {
    const spec = bindingType(binding) === 'mtls' ? verifierSpec('', binding) : undefined;
    return spec?.type === 'mtls' && spec.header !== undefined ? [spec.header] : [];
  });
  return [...new Set(fields)].sort();
}

/** Where a scheme puts its credential; undefined where nothing here reads it. */
export function placeOfScheme({ value }: Node<Fields>): Place | undefined {
  const { type, in: place, name, scheme } = value;
  switch (type) {
    case 'http': {
      const lower = typeof scheme === 'string' ? scheme.toLowerCase() : '';
      return lower === 'bearer' || lower === 'basic' ? { in: 'authorization', scheme: lower } : undefined;
    }
    case 'oauth2':
    case 'openIdConnect':
      return { in: 'authorization', scheme: 'bearer' };
    case 'apiKey':
      return (place === 'header' || place === 'query' || place === 'cookie') && typeof name === 'string'
        ? { in: place, name }
        : undefined;
    case 'mutualTLS':
      return { in: 'certificate' };
    default:
      return undefined;
  }
}

/** Whether a binding can verify what stands at a place. */
export function canVerify(type: BindingType, place: Place): boolean {
  if (place.in === 'certificate') return type === 'mtls';
  if (place.in === 'authorization' && place.scheme === 'basic') return type === 'basic';
  return type === 'jwt' || type === 'introspection' || type === 'apiKey';
}

const KEY_EXPIRES: PolicyPlan = {
  key: 'security',
  stage: 'headers',
  module: 'policies/key-expires',
  factory: 'keyExpires',
  options: {},
};

/** Lowers `security` of the operations, and collects the verifiers that they need. */
export class Authentication {
  readonly #config: GatewayConfig;
  readonly #used = new Map<string, UsedVerifier>();

  constructor(config: GatewayConfig) {
    this.#config = config;
  }

  /** The policy of an operation; none where it is public. What has no verifier was reported, and then there is no bundle. */
  policies(merged: MergedOperation): readonly PolicyPlan[] {
    const { security, api } = merged.operation;
    if (security === undefined || security.value.length === 0) return [];
    const options: AuthenticateOptions = {
      realm: this.#config.name,
      timeoutMs: lowered(timeouts.total, merged) ?? 15_000,
      alternatives: security.value.map((requirement) =>
        Object.entries(requirement).flatMap(([scheme, scopes]) => this.#required(api, scheme, scopes) ?? []),
      ),
    };
    const usesKeys = options.alternatives.some((parts) =>
      parts.some((one) => this.#used.get(one.verifier)?.spec.type === 'apiKey'),
    );
    return [
      {
        key: 'security',
        stage: 'authenticate',
        module: 'policies/authenticate',
        factory: 'authenticate',
        options: json(options),
      },
      ...(usesKeys ? [KEY_EXPIRES] : []),
    ];
  }

  /** Sorted by name. */
  get used(): readonly UsedVerifier[] {
    return [...this.#used.values()].sort((a, b) => (a.spec.name < b.spec.name ? -1 : 1));
  }

  #required(api: Api, name: string, scopes: unknown): RequiredCredential | undefined {
    const scheme = api.securitySchemes.get(name);
    const bound = bindingOf(api, name, this.#config);
    const place = scheme === undefined ? undefined : placeOfScheme(scheme);
    const type = bindingType(bound?.node.value);
    if (scheme === undefined || bound === undefined || place === undefined || type === undefined) return undefined;
    const spec = verifierSpec(bound.name, bound.node.value);
    if (spec === undefined) return undefined;
    const level = isInline(bound) ? ('openapi' as const) : ('config' as const);
    this.#used.set(bound.name, { spec, source: { level, node: bound.node } });
    const { type: kind } = scheme.value;
    return {
      scheme: name,
      verifier: bound.name,
      place,
      challenge: challengeOf(place, type),
      scopes: Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === 'string') : [],
      orRoles: kind !== 'oauth2' && kind !== 'openIdConnect',
      // RFC 9700 §4.3.2: what stands in a URL ends up in logs, so no service gets it there (JW-3).
      forward: place.in !== 'query' && forwardsCredential(bound.node.value),
    };
  }
}

function isInline({ name }: Bound): boolean {
  return name.includes('#');
}

function challengeOf(place: Place, type: BindingType): RequiredCredential['challenge'] {
  if (place.in === 'certificate') return 'ClientCertificate';
  if (place.in === 'authorization') return place.scheme === 'basic' ? 'Basic' : 'Bearer';
  return type === 'apiKey' ? 'ApiKey' : 'Bearer';
}
