import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type ManifestRoute, manifestRoute } from '../bundle/manifest.ts';
import { readManifest } from '../bundle/read-manifest.ts';
import { type Checked, type CompileRequest, check } from '../compile.ts';
import { emitMatcher } from '../emit/matcher.ts';
import { invariant } from '../errors.ts';
import { compileRequests, NO_UPSTREAM, type Options } from './input.ts';
import { findingsOf, report, slowProgress } from './output.ts';

/** A gateway to look at: planned from documents, or built earlier. */
export interface Viewed {
  readonly name: string;
  readonly routes: readonly ManifestRoute[];
  /** Text of its `gw:matcher`. */
  matcher(): string;
}

/**
 * The gateways that the command line names. A folder is one that `gw build` wrote, everything else is documents.
 *
 * @returns undefined when the documents have errors, which are reported
 */
export async function viewed(sources: readonly string[], options: Options): Promise<readonly Viewed[] | undefined> {
  if (sources.length === 1 && sources[0] !== undefined && isBuilt(sources[0])) return [builtGateway(sources[0])];
  const requests = compileRequests(sources, options, { defaultPreset: 'serve', showOnly: true, upstream: NO_UPSTREAM });
  const checked = requests.map(asItWouldRun);
  if (checked.some(({ failed }) => failed)) {
    await report(findingsOf(checked), {}, true);
    return undefined;
  }
  return checked.map(({ plan }) => {
    invariant(plan !== undefined, 'without an error there is a plan');
    return { name: plan.name, routes: plan.routes.map(manifestRoute), matcher: () => emitMatcher(plan) };
  });
}

/** With its credentials where they are bound; what nothing verifies yet can be looked at all the same. */
function asItWouldRun(request: CompileRequest): Checked {
  const enforced = check({ ...request, auth: 'enforced' }, slowProgress('plan'));
  const isUnbound = enforced.diagnostics.some(({ rule, severity }) => rule === 'security/scheme-unbound' && severity === 'error');
  return isUnbound ? check(request, slowProgress('plan')) : enforced;
}

function isBuilt(path: string): boolean {
  return path.endsWith('.mjs') || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function builtGateway(path: string): Viewed {
  const folder = path.endsWith('.mjs') ? join(path, '..') : path;
  const manifest = readManifest(join(folder, 'manifest.json'));
  const { name, routes, paths } = manifest;
  return { name, routes, matcher: () => emitMatcher({ routes: routes.map(asPlanned), server: { paths } }) };
}

/** The route table needs no policies. */
function asPlanned(route: ManifestRoute) {
  return { ...route, policies: [] };
}
