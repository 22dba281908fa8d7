import type { GatewayConfig } from '../config/gateway.ts';
import { serverDefaults } from '../config/server.ts';
import type { MergedOperation } from '../merge/merged.ts';
import mockKey from '../policies/mock.ts';
import redirectKey from '../policies/redirect.ts';
import rewriteKey from '../policies/rewrite.ts';
import splitKey from '../policies/split.ts';
import { timeouts } from '../policies/timeouts.ts';
import { type Authentication, identityPolicies } from './authentication.ts';
import { authorizePolicies, type Expressions } from './authorize.ts';
import type { Effective } from './effective.ts';
import type { ActionPlan, EffectiveValue, GatewayPlan, Json, PolicyPlan, RoutePlan, TimeoutsPlan } from './ir.ts';
import { json } from './json.ts';
import { lifecyclePolicies } from './lifecycle.ts';
import { limitPolicies } from './limits.ts';
import { lowered } from './lowered.ts';
import type { Mocks } from './mock.ts';
import type { Source } from './origins.ts';
import type { SchemaPool } from './schemas.ts';
import { securityHeaderPolicies } from './security-headers.ts';
import { inStageOrder } from './stages.ts';
import type { Upstreams } from './upstreams.ts';
import { answerBufferingReason, bufferingReason, validationPolicies } from './validation.ts';
import { versionPolicies } from './version.ts';
import { keyOf, vocabulary } from './vocabulary.ts';

/** One effective value, its place not yet located. */
export interface RouteValue extends Omit<EffectiveValue, 'origin'> {
  readonly source: Source;
}

/** A route whose places are not yet located. */
export interface RouteDraft {
  readonly plan: Omit<RoutePlan, 'values' | 'origin' | 'id'>;
  readonly values: readonly RouteValue[];
  readonly source: Source;
}

/** TO-1, VA-5: what holds where nothing is written, as it would be authored. */
const builtin: Readonly<Record<string, Json>> = {
  'timeouts.total': '15s',
  'timeouts.connect': '1s',
  'timeouts.firstByte': '10s',
  'timeouts.idle': '60s',
  'limits.body': '1MiB',
  'validation.request': 'enforce',
};

/** What the routes of a gateway are drafted with. */
export interface Drafting extends Answering {
  readonly config: GatewayConfig;
  readonly auth: GatewayPlan['auth'];
  /** Undefined where security is not enforced. */
  readonly authentication: Authentication | undefined;
  readonly pool: SchemaPool;
  readonly expressions: Expressions;
}

/** What a route may be answered by. */
export interface Answering {
  readonly upstreams: Upstreams;
  readonly mocks: Mocks;
}

/** Lowers one operation; undefined when it has nothing to answer with, which `upstreams` has said. */
export function draftRoute(
  merged: MergedOperation,
  { config, auth, authentication, pool, upstreams, mocks, expressions }: Drafting,
): RouteDraft | undefined {
  const { operation, owner, effective } = merged;
  const action = actionOf(merged, { upstreams, mocks });
  if (action === undefined) return undefined;
  const policies = inStageOrder([
    ...securityHeaderPolicies(config, operation),
    ...(authentication?.policies(merged) ?? []),
    ...ownPolicies(merged),
    ...validationPolicies(operation, effective, pool, config.server.limits.bodyBytes),
    ...limitPolicies(merged, config, action, auth),
    ...authorizePolicies(merged, config, auth, expressions),
    ...lifecyclePolicies(merged),
    ...versionPolicies(merged),
    ...splitPolicies(action),
    ...(isForwarded(action) ? identityPolicies(merged, config, auth, servicesOf(action)) : []),
  ]);
  const buffers = bufferingReason(policies);
  const buffersAnswers = answerBufferingReason(policies);
  const security = operation.security?.value;
  return {
    plan: {
      ...(merged.operationId === undefined ? {} : { operationId: merged.operationId }),
      ...(owner === undefined ? {} : { owner }),
      tags: operation.tags,
      visibility: merged.visibility,
      deprecated: operation.deprecated,
      hosts: merged.hosts,
      method: operation.method,
      template: merged.template,
      segments: merged.segments,
      parameterNames: merged.parameterNames,
      conditions: merged.conditions,
      action,
      policies,
      ...(buffers === undefined ? {} : { buffers }),
      ...(buffersAnswers === undefined ? {} : { buffersAnswers }),
      ...(security === undefined ? {} : { security: security.map(requirement) }),
    },
    values: valuesOf(merged, config, action),
    source: { level: 'openapi', node: operation.node },
  };
}

function actionOf(merged: MergedOperation, { upstreams, mocks }: Answering): ActionPlan | undefined {
  const target = lowered(redirectKey, merged);
  if (target !== undefined) return { kind: 'redirect', ...target };
  const mocked = mocks.authored(merged) ?? (mocks.everywhere ? mocks.fromDocument(merged) : undefined);
  if (mocked !== undefined) return mocked;
  const { path, host } = lowered(rewriteKey, merged) ?? {};
  const how = {
    ...(path === undefined ? {} : { rewrite: path }),
    ...(host === undefined ? {} : { host }),
    timeouts: timeoutsOf(merged),
  };
  const shares = lowered(splitKey, merged);
  if (shares !== undefined) {
    const targets = upstreams.share(merged, shares.targets);
    return targets === undefined ? undefined : { kind: 'split', ...shares, targets, ...how };
  }
  const chosen = merged.effective.get('upstream');
  const upstream = upstreams.use(merged, chosen?.skipped === undefined ? chosen : undefined);
  return upstream === undefined ? undefined : { kind: 'proxy', upstream, ...how };
}

/** No step of an exchange is given more time than the whole of it. */
function timeoutsOf(merged: MergedOperation): TimeoutsPlan {
  const total = lowered(timeouts.total, merged) ?? 15_000;
  const within = (ms: number): number => Math.min(ms, total);
  return {
    totalMs: total,
    connectMs: within(lowered(timeouts.connect, merged) ?? 1_000),
    firstByteMs: within(lowered(timeouts.firstByte, merged) ?? 10_000),
    idleMs: lowered(timeouts.idle, merged) ?? 60_000,
  };
}

/** A browser keeps its upstream by a cookie where the split says so. */
function splitPolicies(action: ActionPlan): readonly PolicyPlan[] {
  if (action.kind !== 'split' || action.sticky !== 'cookie') return [];
  return [{ key: 'split', stage: 'headers', module: 'policies/split-cookie', factory: 'splitCookie', options: {} }];
}

/** Whether an upstream answers. */
export function isForwarded({ kind }: ActionPlan): boolean {
  return kind === 'proxy' || kind === 'split';
}

function ownPolicies(merged: MergedOperation): readonly PolicyPlan[] {
  return vocabulary.flatMap((key): readonly PolicyPlan[] => {
    if (key.runtime === 'plan') return [];
    const options = lowered(key, merged);
    if (options === undefined) return [];
    const { module, factory } = key.runtime;
    return [{ key: key.key, stage: key.stage, module, factory, options: json(options) }];
  });
}

/** In the order of the vocabulary, with what holds where nothing is written. */
function valuesOf({ effective }: MergedOperation, config: GatewayConfig, action: ActionPlan): readonly RouteValue[] {
  return vocabulary.flatMap(({ key, group }): readonly RouteValue[] => {
    const value = effective.get(key);
    const written = value === undefined ? [] : [writtenValue(key, value)];
    if (key === mockKey.key && value?.skipped === undefined && action.kind === 'mock') {
      return value === undefined ? [{ key, authored: true, source: { level: 'command' } }] : written;
    }
    if (value !== undefined && value.skipped === undefined) return written;
    if (group === 'timeouts' && !isForwarded(action)) return written;
    const otherwise = builtinValue(key, config);
    return otherwise === undefined ? written : [...written, otherwise];
  });
}

/** Whom it may be forwarded to, by the names of the gateway file. */
function servicesOf(action: ActionPlan): readonly string[] {
  if (action.kind === 'proxy') return [action.upstream];
  return action.kind === 'split' ? action.targets.map(({ upstream }) => upstream) : [];
}

function writtenValue(key: string, { node, level, skipped }: Effective): RouteValue {
  const source: Source = level === 'command' ? { level } : { level, node };
  return { key, authored: json(node.value), source, ...(skipped === undefined ? {} : { skipped }) };
}

function builtinValue(key: string, { bodyLimit, server }: GatewayConfig): RouteValue | undefined {
  const isSet = key === 'limits.body' && bodyLimit !== undefined && server.limits.bodyBytes !== serverDefaults.limits.bodyBytes;
  if (isSet) return { key, authored: json(bodyLimit.value), source: { level: 'config', node: bodyLimit } };
  const authored = builtin[key];
  return authored === undefined || keyOf(key) === undefined ? undefined : { key, authored, source: { level: 'builtin' } };
}

function requirement(fields: Readonly<Record<string, unknown>>): { readonly [scheme: string]: readonly string[] } {
  const texts = (scopes: unknown): readonly string[] =>
    Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === 'string') : [];
  return Object.fromEntries(Object.entries(fields).map(([scheme, scopes]) => [scheme, texts(scopes)]));
}
