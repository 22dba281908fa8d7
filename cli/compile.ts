/**
 * The compiler, as the calls it consists of:
 *
 *   load → resolve → lint → merge → plan → emit → bundle
 *
 * One folder each. Mistakes in documents come back as diagnostics, all of them; only a broken environment throws.
 */
import { join } from 'node:path';
import { type AdminModules, bundleGateway, type EmittedModules, type GatewayBundle } from './bundle/bundle.ts';
import type { CompileMemory } from './compile-memory.ts';
import type { GatewayConfig } from './config/gateway.ts';
import { type Governing, governed, withPlacesOf } from './config/governing.ts';
import { loadGateway } from './config/load.ts';
import { singleDocumentGateway } from './config/single.ts';
import type { Diagnostic, LocatedDiagnostic } from './diagnostics.ts';
import { js, moduleText } from './emit/code.ts';
import { emitExpressions } from './emit/expressions.ts';
import { emitHost } from './emit/host.ts';
import { emitMatcher } from './emit/matcher.ts';
import { emitValidators } from './emit/validators.ts';
import { emitWiring } from './emit/wiring.ts';
import { GwError, invariant } from './errors.ts';
import { catalogue } from './lint/catalogue.ts';
import { lint } from './lint/lint.ts';
import { withOwners } from './lint/owners.ts';
import { type LintSettings, lintSettings } from './lint/settings.ts';
import { settleAll } from './lint/settle.ts';
import { writtenSuppressions } from './lint/suppress/written.ts';
import { locate } from './load/locate.ts';
import { openWorkspace, type Workspace } from './load/workspace.ts';
import { mergeApis } from './merge/merge.ts';
import type { Merged } from './merge/merged.ts';
import { packageRoot } from './package-root.ts';
import { effectiveValues } from './plan/inherit.ts';
import type { GatewayPlan } from './plan/ir.ts';
import { planGateway } from './plan/plan.ts';
import type { ApiOperation } from './resolve/api.ts';
import { resolveApis } from './resolve/resolve.ts';

/** What is compiled, and how. */
export interface CompileRequest {
  /** Folder that no document can leave; files are named below it. */
  readonly root: string;
  readonly source: CompileSource;
  /** `none`: security requirements are not enforced. `dev`: schemes that nothing binds are bound to the development issuer. */
  readonly auth: GatewayPlan['auth'];
  /** Preset of the command line, else that of the gateway file, else `defaultPreset`. */
  readonly preset?: string;
  readonly defaultPreset: string;
  /** `YYYY-MM-DD` that dates in documents are compared with; absent = nothing depends on today. */
  readonly now?: string;
  /** Judge suppressions too: which have ended by `now`, and which silence nothing. */
  readonly audit?: boolean;
  readonly sourcemap?: boolean;
  /** What would be sent to an upstream is answered from the documents. */
  readonly mock?: boolean;
  /** Version of the gateway file whose guardrails and suppressions of locked rules hold in place of its own (A3). */
  readonly governedBy?: Governing;
  /** Stop there: what comes later, and the guardrails with it, is of no concern. */
  readonly until?: 'merge';
}

export type CompileSource =
  | { readonly kind: 'config'; readonly file: string }
  | { readonly kind: 'documents'; readonly files: readonly string[]; readonly upstream?: string };

/** Everything up to the plan. Complete but for what an error made impossible. */
export interface Checked {
  readonly workspace: Workspace;
  readonly config: GatewayConfig | undefined;
  /** How the rules are set. */
  readonly settings: LintSettings | undefined;
  readonly merged: Merged | undefined;
  readonly plan: GatewayPlan | undefined;
  /** Settled, located and sorted. */
  readonly diagnostics: readonly LocatedDiagnostic[];
  /** What someone has accepted, settled alike. */
  readonly suppressed: readonly LocatedDiagnostic[];
  /** Whether one of them is an error: then there is no bundle. */
  readonly failed: boolean;
}

/** With the text of the validators: emitted while checking, since emitting finds schemas that cannot be compiled. */
interface Validated extends Checked {
  readonly validators: string | undefined;
}

export interface Compiled extends Validated {
  readonly bundle: GatewayBundle | undefined;
}

/** Told the name of each stage as it begins. */
export type Progress = (stage: string) => void;

/** Compiles one gateway. There is a bundle if, and only if, there is no error. */
export async function compile(request: CompileRequest, progress: Progress = () => undefined): Promise<Compiled> {
  const checked = examine(request, progress, emitValidators);
  const { plan, validators, failed } = checked;
  if (failed) return { ...checked, bundle: undefined };
  invariant(plan !== undefined && validators !== undefined, 'without an error there is a plan');
  progress('emit');
  const modules: EmittedModules = {
    matcher: emitMatcher(plan),
    validators,
    wiring: emitWiring(plan),
    expressions: emitExpressions(plan.expressions),
    host: emitHost(plan),
  };
  progress('bundle');
  return { ...checked, bundle: await bundleGateway(plan, modules, adminModules(), { sourcemap: request.sourcemap ?? false }) };
}

let compiledAdmin: AdminModules | undefined;

/** What gw's own document of the admin listener compiles to; once per process. */
export function adminModules(): AdminModules {
  compiledAdmin ??= compileAdmin();
  return compiledAdmin;
}

function compileAdmin(): AdminModules {
  const { plan, validators, failed, workspace, diagnostics } = examine(
    {
      root: join(packageRoot, 'templates', 'admin'),
      source: { kind: 'documents', files: ['openapi.yaml'], upstream: 'http://127.0.0.1' },
      auth: 'none',
      defaultPreset: 'serve',
    },
    () => undefined,
    emitValidators,
  );
  const first = diagnostics.find(({ severity }) => severity === 'error')?.message;
  invariant(!failed && plan !== undefined && validators !== undefined, `the document of the admin listener compiles: ${first}`);
  const scopes = plan.routes.map(({ operationId, security = [] }): [string, readonly string[] | null] => [
    operationId ?? '',
    security.length === 0 ? null : security.flatMap((requirement) => Object.values(requirement).flat()),
  ]);
  const { value } = workspace.document('openapi.yaml') ?? {};
  const document = moduleText([
    js`export const scopes = ${Object.fromEntries(scopes)};`,
    js`export const document = ${JSON.stringify(value)};`,
  ]);
  return {
    // A consumer or an address range may hold a slash.
    'admin-matcher': emitMatcher({ ...plan, server: { paths: { ...plan.server.paths, keepEncodedSlash: true } } }),
    'admin-validators': validators,
    'admin-wiring': emitWiring(plan),
    'admin-document': document,
  };
}

/** Finds all that is wrong with the documents of one gateway, and plans it. Nothing runs its validators, so their text is not optimized. */
export function check(request: CompileRequest, progress: Progress = () => undefined, memory?: CompileMemory): Checked {
  const emit = (plan: GatewayPlan): EmittedValidators => memory?.validators(plan) ?? emitValidators(plan, { optimize: false });
  const { validators: _, ...checked } = examine(request, progress, emit, memory);
  return checked;
}

type EmittedValidators = ReturnType<typeof emitValidators>;

function examine(
  request: CompileRequest,
  progress: Progress,
  emit: (plan: GatewayPlan) => EmittedValidators,
  memory?: CompileMemory,
): Validated {
  progress('load');
  const { governedBy } = request;
  const opened = openWorkspace(request.root, memory?.files);
  const workspace = governedBy === undefined ? opened : withPlacesOf(opened, governedBy);
  const loaded = loadConfig(workspace, request.source);
  const written =
    loaded.config === undefined || governedBy === undefined ? loaded.config : governed(loaded.config, governedBy, isLocked);
  const config = written === undefined || request.auth !== 'dev' ? written : { ...written, devIssuer: true };
  if (config === undefined) return broken(workspace, [...workspace.diagnostics, ...loaded.diagnostics]);

  progress('resolve');
  const { apis, resolver, visits, diagnostics: resolving } = resolveApis(workspace, config.entries);

  progress('lint');
  const settings = withLocation(workspace, () =>
    lintSettings(config.lint, {
      preset: request.preset ?? config.lint.preset ?? request.defaultPreset,
      ...(request.now === undefined ? {} : { now: request.now }),
      ...(request.audit === undefined ? {} : { audit: request.audit }),
    }),
  );
  const effectiveOf = once((operation: ApiOperation) => effectiveValues(operation, config));
  const suppressions = writtenSuppressions(visits, workspace.documents);
  const linting = lint({ apis, resolver, visits, config, effectiveOf }, settings);

  progress('merge');
  const merged = mergeApis(apis, config, effectiveOf);
  const result = (found: readonly Diagnostic[]): Omit<Validated, 'plan' | 'validators'> => {
    const all = [...loaded.diagnostics, ...resolving, ...linting, ...merged.diagnostics, ...found];
    const settled = settleAll(withOwners(all, apis), settings, suppressions);
    const diagnostics = locate(settled.diagnostics, workspace);
    const suppressed = locate(settled.suppressed, workspace);
    return { workspace, config, settings, merged, diagnostics, suppressed, failed: hasError(diagnostics) };
  };
  if (request.until === 'merge') return { ...result([]), plan: undefined, validators: undefined };

  progress('plan');
  const { plan, diagnostics: planning } = planGateway(merged, config, resolver, {
    auth: request.auth,
    ...(request.mock === undefined ? {} : { mock: request.mock }),
    ...(request.now === undefined ? {} : { now: request.now }),
    ...(request.audit === undefined ? {} : { audit: request.audit }),
  });
  const complete: GatewayPlan = { ...plan, inputs: inputsOf(workspace) };

  progress('validators');
  const { code: validators, diagnostics: emitting } = emit(complete);

  return { ...result([...planning, ...emitting]), plan: complete, validators };
}

/** Puts file, line and column in front of an error that has a place. */
function withLocation<T>(workspace: Workspace, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof GwError) || error.at === undefined) throw error;
    const [at] = workspace.locate(error.at.file, [error.at]);
    const where = at === undefined ? error.at.file : `${at.file}:${at.line}:${at.column}`;
    throw new GwError(error.code, `${where}: ${error.message}`, error.hint);
  }
}

/** Rules that only the platform team can silence. */
function isLocked(rule: string): boolean {
  return catalogue.some(({ id, locked }) => id === rule && locked === true);
}

function loadConfig(
  workspace: Workspace,
  source: CompileSource,
): { readonly config: GatewayConfig | undefined; readonly diagnostics: readonly Diagnostic[] } {
  if (source.kind === 'config') return loadGateway(workspace, source.file);
  const { files, upstream } = source;
  return singleDocumentGateway(workspace, files, upstream === undefined ? {} : { upstream });
}

/** A gateway file that says nothing usable: only what is wrong with it is known. */
function broken(workspace: Workspace, found: readonly Diagnostic[]): Validated {
  const diagnostics = locate(found, workspace);
  invariant(hasError(diagnostics), 'a gateway file that cannot be read has a finding');
  const nothing = { config: undefined, settings: undefined, merged: undefined, plan: undefined, validators: undefined };
  return { workspace, ...nothing, diagnostics, suppressed: [], failed: true };
}

function hasError(diagnostics: readonly LocatedDiagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error');
}

function inputsOf(workspace: Workspace): GatewayPlan['inputs'] {
  return workspace.documents.map(({ file }) => {
    const sha256 = workspace.sha256(file);
    invariant(sha256 !== undefined, `${file} was read`);
    return { file, sha256 };
  });
}

/** Remembers results by identity of the argument. */
function once<K extends object, V>(compute: (key: K) => V): (key: K) => V {
  const results = new Map<K, V>();
  return (key) => {
    const known = results.get(key);
    if (known !== undefined) return known;
    const value = compute(key);
    results.set(key, value);
    return value;
  };
}
