/**
 * Documents → one set of operations. This is where teams meet: what two of them claim is found here, and named with both files, both
 * owners and a URL that shows it.
 */
import type { GatewayConfig } from '../config/gateway.ts';
import type { Effective } from '../plan/effective.ts';
import type { Condition } from '../plan/ir.ts';
import type { Key } from '../plan/key.ts';
import match from '../policies/match.ts';
import version from '../policies/version.ts';
import type { Api, ApiOperation } from '../resolve/api.ts';
import { componentFindings } from './component-findings.ts';
import { documentFindings } from './document-findings.ts';
import type { Merged, MergedOperation } from './merged.ts';
import { namespacesOf } from './namespaces.ts';
import { operationIdFindings, uniqueOperationIds } from './operation-ids.ts';
import { compareText } from './order.ts';
import { prefixFindings } from './prefixes.ts';
import { routeFindings } from './route-findings.ts';
import { schemeFindings } from './schemes.ts';
import { compareTemplates, parseTemplate, publicTemplate } from './template.ts';

/**
 * Merges the documents of a gateway. Operations that are disabled or outside of what the gateway serves are left out; so are those
 * whose path cannot be served, which `route/*` reports.
 *
 * @param effectiveOf effective `x-gateway` values of an operation, by vocabulary key
 */
export function mergeApis(
  apis: readonly Api[],
  config: GatewayConfig,
  effectiveOf: (operation: ApiOperation) => ReadonlyMap<string, Effective>,
): Merged {
  const sorted = [...apis].sort(compareApis);
  const namespaces = namespacesOf(sorted);
  const built = sorted.flatMap((api) =>
    api.operations.flatMap((operation) => buildable(operation, config, effectiveOf(operation))),
  );
  built.sort(compareOperations);
  const named = uniqueOperationIds(built, namespaces);
  const routes = routeFindings(named, config);
  return {
    config,
    apis: sorted,
    operations: routes.operations,
    namespaces,
    diagnostics: [
      ...routes.diagnostics,
      ...prefixFindings(named, config),
      ...operationIdFindings(named),
      ...schemeFindings(named, config),
      ...documentFindings(sorted),
      ...componentFindings({ apis: sorted, namespaces }),
    ],
  };
}

/** Methods that are never served (RT-7). */
const refusedMethods: readonly string[] = ['TRACE', 'CONNECT'];

/** The operation as the gateway builds it; nothing when it does not. */
function buildable(
  operation: ApiOperation,
  config: GatewayConfig,
  effective: ReadonlyMap<string, Effective>,
): readonly MergedOperation[] {
  if (!isBuiltWith(effective, config) || refusedMethods.includes(operation.method.toUpperCase())) return [];
  const template = templateOf(operation);
  if ('problem' in template) return [];
  const owner = operation.api.entry.owner ?? effective.get('owner')?.node.value;
  return [
    {
      operation,
      owner: typeof owner === 'string' ? owner : undefined,
      hosts: config.hosts,
      template: template.text,
      segments: template.segments,
      parameterNames: template.names,
      conditions: conditionsOf(operation, effective),
      operationId: operation.operationId,
      visibility: effective.get('visibility')?.node.value === 'unlisted' ? 'unlisted' : 'listed',
      audience: audienceOf(effective),
      effective,
    },
  ];
}

/** Whether an operation with these effective values is enabled, and for an audience that the gateway serves. */
export function isBuiltWith(effective: ReadonlyMap<string, Effective>, { serves }: Pick<GatewayConfig, 'serves'>): boolean {
  if (effective.get('visibility')?.node.value === 'disabled') return false;
  const audience = audienceOf(effective);
  return audience.length === 0 || serves === undefined || audience.some((one) => serves.includes(one));
}

/** The public template of an operation. */
export function templateOf(operation: ApiOperation): ReturnType<typeof parseTemplate> {
  return parseTemplate(publicTemplate(operation.mount, operation.path), multiSegmentNames(operation));
}

/** Path parameters that are marked `x-gateway: { multiSegment: true }`. */
export function multiSegmentNames({ parameters }: Pick<ApiOperation, 'parameters'>): ReadonlySet<string> {
  const marked = parameters.filter((parameter) => {
    const gateway = parameter.in === 'path' ? parameter.node.value['x-gateway'] : undefined;
    return typeof gateway === 'object' && gateway !== null && 'multiSegment' in gateway && gateway.multiSegment === true;
  });
  return new Set(marked.map(({ name }) => name));
}

/** What a request must have besides its path and method, and the version it must ask for. */
function conditionsOf(operation: ApiOperation, effective: ReadonlyMap<string, Effective>): readonly Condition[] {
  const lowered = <Options>(key: Key<Options>): Options | undefined => {
    const value = effective.get(key.key);
    return value === undefined ? undefined : key.lower(value.node.value, { operation, level: value.level });
  };
  const chosen = lowered(version)?.condition;
  return [...(lowered(match) ?? []), ...(chosen === undefined ? [] : [chosen])];
}

function audienceOf(effective: ReadonlyMap<string, Effective>): readonly string[] {
  const value = effective.get('audience')?.node.value;
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function compareApis(a: Api, b: Api): number {
  return compareText(a.document.file, b.document.file) || compareText(a.entry.mount ?? '', b.entry.mount ?? '');
}

/** RT-4, RT-6. What is equal by these rules keeps its order: by file and, within one, as declared. */
function compareOperations(a: MergedOperation, b: MergedOperation): number {
  return (
    compareTemplates(a.segments, b.segments) ||
    compareText(a.operation.method, b.operation.method) ||
    b.conditions.length - a.conditions.length
  );
}
