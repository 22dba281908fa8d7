import type { GatewayConfig } from '../config/gateway.ts';
import type { Diagnostic } from '../diagnostics.ts';
import type { Merged } from '../merge/merged.ts';
import type { Resolver } from '../resolve/api.ts';
import { Authentication } from './authentication.ts';
import { Expressions } from './authorize.ts';
import { delegationFindings } from './delegation.ts';
import { type Day, guardrailFindings, type PlannedOperation } from './guardrails.ts';
import { inapplicableFindings } from './inapplicable.ts';
import type { GatewayPlan, RoutePlan } from './ir.ts';
import { Mocks } from './mock.ts';
import { Origins } from './origins.ts';
import { ownerFindings } from './owners.ts';
import { draftRoute } from './route.ts';
import { routeIds } from './route-ids.ts';
import { SchemaPool } from './schemas.ts';
import { securityFindings } from './security.ts';
import { unmatchedPolicies } from './security-headers.ts';
import { Upstreams } from './upstreams.ts';
import { verifierSpec } from './verifiers.ts';

export interface PlanOptions extends Day {
  /** `none`: security requirements are not enforced. */
  readonly auth: GatewayPlan['auth'];
  /** What would be sent to an upstream is answered from the documents. */
  readonly mock?: boolean;
}

/**
 * Lowers the merged operations to the gateway plan, and proves the guardrails on the effective values. Nothing downstream reads a
 * document. The plan's `inputs` are filled by whoever read the files.
 */
export function planGateway(
  merged: Merged,
  config: GatewayConfig,
  resolver: Resolver,
  options: PlanOptions,
): { readonly plan: GatewayPlan; readonly diagnostics: readonly Diagnostic[] } {
  const pool = new SchemaPool(resolver);
  const upstreams = new Upstreams(config);
  const authentication = options.auth === 'none' ? undefined : new Authentication(config);
  const expressions = new Expressions();
  const mocks = new Mocks(resolver, options.mock === true);
  const planned = merged.operations.flatMap((operation): readonly PlannedOperation[] => {
    const draft = draftRoute(operation, { config, auth: options.auth, authentication, pool, upstreams, mocks, expressions });
    return draft === undefined ? [] : [{ merged: operation, draft }];
  });
  const verifiers = authentication?.used ?? [];
  const origins = new Origins([
    ...planned.flatMap(({ draft }) => [draft.source, ...draft.values.map(({ source }) => source)]),
    ...upstreams.used.flatMap(({ source }) => ('known' in source ? [] : [source])),
    ...verifiers.map(({ source }) => source),
  ]);
  const ids = routeIds(
    planned.map(({ merged: { operationId, operation, template } }) => ({ operationId, method: operation.method, template })),
  );
  const routes = planned.map(
    ({ draft }, index): RoutePlan => ({
      id: ids[index] ?? '',
      ...draft.plan,
      values: draft.values.map(({ source, ...value }) => ({ ...value, origin: origins.of(source) })),
      origin: origins.of(draft.source),
    }),
  );
  const plan: GatewayPlan = {
    name: config.name,
    mode: config.mode,
    auth: options.auth,
    server: config.server,
    upstreams: upstreams.used.map(({ plan: upstream, source }) => ({
      ...upstream,
      origin: 'known' in source ? source.known : origins.of(source),
    })),
    security: verifiers.map(({ spec, source }) => ({ ...spec, origin: origins.of(source) })),
    ...signingOf(config, options.auth),
    schemas: pool.plans(),
    expressions: expressions.plans,
    routes,
    unmatched: unmatchedPolicies(config),
    telemetry: config.telemetry,
    admin: config.admin,
    ...adminVerifierOf(config),
    ...(config.plans.size === 0 ? {} : { usagePlans: [...config.plans.keys()].sort() }),
    ...(config.store === undefined ? {} : { store: config.store }),
    inputs: [],
  };
  const diagnostics = [
    ...pool.diagnostics,
    ...upstreams.diagnostics,
    ...expressions.diagnostics,
    ...inapplicableFindings(merged.operations),
    ...delegationFindings(merged.operations, config),
    ...ownerFindings(merged.operations, config),
    ...securityFindings(merged.operations, config, options.auth),
    ...guardrailFindings(planned, config, options),
  ];
  return { plan, diagnostics };
}

/** Operators are asked for a token whatever callers are asked for. */
function adminVerifierOf({ admin, security }: GatewayConfig): Pick<GatewayPlan, 'adminVerifier'> {
  const name = admin.jwt?.binding;
  const spec = name === undefined ? undefined : verifierSpec(name, security.get(name)?.value);
  return spec?.type === 'jwt' ? { adminVerifier: spec } : {};
}

/** Without authentication there is nobody to speak of. */
function signingOf({ identitySigned }: GatewayConfig, auth: GatewayPlan['auth']): Pick<GatewayPlan, 'identitySigning'> {
  if (identitySigned === undefined || auth === 'none') return {};
  const { key, issuer, lifetimeS } = identitySigned;
  return { identitySigning: { key, issuer, lifetimeS } };
}
