/** The effective route table of one side: what a request meets there, whatever files it was written in. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ManifestRoute, manifestRoute } from '../bundle/manifest.ts';
import { readManifest } from '../bundle/read-manifest.ts';
import { check } from '../compile.ts';
import type { GatewayConfig } from '../config/gateway.ts';
import type { Governing } from '../config/governing.ts';
import { loadGateway } from '../config/load.ts';
import type { LocatedDiagnostic } from '../diagnostics.ts';
import { GwError } from '../errors.ts';
import { openWorkspace } from '../load/workspace.ts';
import { templateOf } from '../merge/merge.ts';
import type { MergedOperation } from '../merge/merged.ts';
import { templateKey } from '../merge/template.ts';
import type { GatewayPlan } from '../plan/ir.ts';
import type { Api, ApiOperation } from '../resolve/api.ts';
import { resolveApis } from '../resolve/resolve.ts';
import type { RouteName } from './change.ts';
import { absentSubmodule } from './git.ts';
import type { SideSource } from './sides.ts';

/** A route of one side. */
export interface TableRoute extends RouteName {
  readonly plan: ManifestRoute;
  /** Absent for a route of a built gateway that its published document leaves out. */
  readonly operation?: ApiOperation;
  readonly merged?: MergedOperation;
}

export interface RouteTable {
  /** As the command line names the side. */
  readonly label: string;
  readonly name: string;
  /** By key; in the order in which the router tries them. */
  readonly routes: ReadonlyMap<string, TableRoute>;
  readonly apis: readonly Api[];
  /** Absent for built gateways. */
  readonly config?: GatewayConfig;
  readonly plan?: GatewayPlan;
  readonly diagnostics: readonly LocatedDiagnostic[];
  /** Whether there are errors. */
  readonly failed: boolean;
  /** What could not be read, a sentence each. */
  readonly skipped: readonly string[];
}

export interface TableOptions {
  /** `YYYY-MM-DD`. */
  readonly now: string;
  /** Version of the gateway file that governs the side. */
  readonly governedBy?: Governing;
  /** For a base: without documents it is one that everything is added to, and all of its documents must be of versions that gw reads. */
  readonly isBase?: boolean;
}

/**
 * Computes the table of a side. Mistakes in documents are in its diagnostics.
 *
 * @throws GwError that names the side, for what cannot be read at all
 */
export function routeTable(side: SideSource, options: TableOptions): RouteTable {
  if (side.kind === 'empty') return emptyTable(side.label, [`${side.label} ${side.why}: everything counts as added`]);
  if (side.kind === 'built') return builtTable(side.label, side.folder);
  try {
    return authoredTable(side, options);
  } catch (error) {
    if (!(error instanceof GwError)) throw error;
    if (options.isBase === true && error.code === 'ERR_GW_NO_DOCUMENTS')
      return emptyTable(side.label, [`${side.label}: ${error.message}: everything counts as added`]);
    // The folder that a commit was copied to tells nobody anything, and is gone.
    const message = error.message.replaceAll(side.root, 'its folder');
    throw new GwError(error.code, `${side.label}: ${message}`, error.hint, error.at);
  }
}

function authoredTable(side: Extract<SideSource, { kind: 'documents' }>, { now, governedBy, isBase }: TableOptions): RouteTable {
  const { label, root, source, absent = [] } = side;
  const { config, merged, plan, diagnostics, failed, workspace } = check({
    root,
    source,
    auth: 'none',
    defaultPreset: 'serve',
    now,
    ...(governedBy === undefined ? {} : { governedBy }),
  });
  const wanted = absent.find((one) => workspace.folders.some((folder) => folder === one || folder.startsWith(`${one}/`)));
  if (wanted !== undefined) throw absentSubmodule(wanted);
  if (isBase === true) refuseUnknownVersions(diagnostics);
  if (config === undefined || merged === undefined || plan === undefined)
    return { ...emptyTable(label, []), diagnostics, failed };
  const operations = new Map(merged.operations.map((one) => [keyOf(one.operation.method, one), one]));
  const routes = plan.routes.map((route): readonly [string, TableRoute] => {
    const key = keyOf(route.method, route);
    const one = operations.get(key);
    return [
      key,
      {
        ...nameOf(key, route),
        plan: manifestRoute(route),
        ...(one === undefined ? {} : { operation: one.operation, merged: one }),
      },
    ];
  });
  const own = governedBy === undefined ? config : ownConfig(side, config);
  return {
    label,
    name: plan.name,
    routes: new Map(routes),
    apis: merged.apis,
    config: own,
    plan,
    diagnostics,
    failed,
    skipped: [],
  };
}

/** Of a base in another language nothing is known: all that the head does would seem to be new, and harmless. */
function refuseUnknownVersions(diagnostics: readonly LocatedDiagnostic[]): void {
  const unknown = diagnostics.find(({ rule, pointer }) => rule === 'spec/version' && pointer !== '');
  if (unknown === undefined) return;
  const { message, hint, at } = unknown;
  throw new GwError('ERR_GW_FILE_UNREADABLE', `${at.file}:${at.line}: ${message}: nothing can be compared with it`, hint);
}

/** What the side itself says of guardrails and suppressions, though another version governs it: it is shown as a change. */
function ownConfig({ root, source }: Extract<SideSource, { kind: 'documents' }>, config: GatewayConfig): GatewayConfig {
  const own = source.kind === 'config' ? loadGateway(openWorkspace(root), source.file).config : undefined;
  return own === undefined ? config : { ...config, guardrails: own.guardrails, lint: own.lint };
}

function emptyTable(label: string, skipped: readonly string[]): RouteTable {
  return { label, name: 'gateway', routes: new Map(), apis: [], diagnostics: [], failed: false, skipped };
}

/** What makes two routes of two versions the same: method, template with parameter names erased, conditions. */
function keyOf(method: string, { segments, conditions }: Pick<ManifestRoute, 'segments' | 'conditions'>): string {
  const asked = conditions.map((one) => ` ${one.in}:${one.name}=${one.equals}`).sort();
  return `${method} ${templateKey(segments)}${asked.join('')}`;
}

function nameOf(key: string, { method, template, conditions, owner }: ManifestRoute): RouteName {
  const asked = conditions.map(({ name, equals }) => ` ${name}=${equals}`).join('');
  return { key, name: `${method} ${template}${asked}`, ...(owner === undefined ? {} : { owner }) };
}

/** A gateway as it was built: routes and policies from its manifest, the contract from the document that it published. */
function builtTable(label: string, folder: string): RouteTable {
  const manifest = readManifest(join(folder, 'manifest.json'));
  const published = existsSync(join(folder, 'openapi.json')) ? publishedApi(folder) : undefined;
  const operations = new Map(
    (published?.operations ?? []).flatMap((operation) => {
      const template = templateOf(operation);
      return 'problem' in template ? [] : [[`${operation.method} ${templateKey(template.segments)}`, operation] as const];
    }),
  );
  const routes = manifest.routes.map((route): readonly [string, TableRoute] => {
    const key = keyOf(route.method, route);
    const published = operations.get(`${route.method} ${templateKey(route.segments)}`);
    // A document can describe one of several operations that differ by a condition only.
    const operation = route.conditions.length === 0 || published?.operationId === route.operationId ? published : undefined;
    return [key, { ...nameOf(key, route), plan: route, ...(operation === undefined ? {} : { operation }) }];
  });
  const unpublished = routes.filter(([, { operation }]) => operation === undefined).length;
  return {
    ...emptyTable(label, [
      `${label} is a built gateway: changes of gateway.yaml that are in no route are not compared`,
      ...(unpublished === 0
        ? []
        : [`${unpublished} routes of ${label} are not in its published document: their contract is not compared`]),
    ]),
    name: manifest.name,
    routes: new Map(routes),
    apis: published === undefined ? [] : [published],
  };
}

function publishedApi(folder: string): Api | undefined {
  return resolveApis(openWorkspace(folder), [{ file: 'openapi.json' }]).apis[0];
}
