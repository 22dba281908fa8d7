import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { planHash } from '../emit/wiring.ts';
import { gwVersion, packageRoot } from '../package-root.ts';
import type { GatewayPlan, RoutePlan } from '../plan/ir.ts';
import { limitMemory } from '../plan/limits.ts';
import { oldestNode } from './esbuild.ts';
import type { SectionHead } from './section.ts';

/** `manifest.json`: what a bundle was built from and what is in it. Holds no time and no path of the machine. */
export interface Manifest {
  readonly gw: string;
  readonly node: string;
  readonly name: string;
  readonly mode: GatewayPlan['mode'];
  readonly auth: GatewayPlan['auth'];
  /** What whoever runs the file must know; empty when there is nothing. */
  readonly warnings: readonly string[];
  /** SHA-256 in hex: of `gateway.mjs`, of its two parts, and of the gateway plan. */
  readonly hashes: { readonly gateway: string; readonly host: string; readonly generation: string; readonly plan: string };
  /** Bytes. */
  readonly sizes: { readonly gateway: number; readonly host: number; readonly generation: number };
  readonly inputs: GatewayPlan['inputs'];
  /** Exact versions of the packages whose code is in the file. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** What the gateway chose about slashes; `gw explain` needs it. */
  readonly paths: GatewayPlan['server']['paths'];
  /** Routes that read a body whole before they forward it, and why. */
  readonly buffered: readonly { readonly route: string; readonly reason: string }[];
  /** The table of counters that all threads share, where some route is limited. Bytes. */
  readonly limits?: typeof limitMemory;
  /** Routes that read an answer whole before the client gets it, and why. */
  readonly bufferedAnswers: readonly { readonly route: string; readonly reason: string }[];
  readonly routes: readonly ManifestRoute[];
}

/** What `gw routes` and `gw explain` show of a route. */
export type ManifestRoute = Omit<RoutePlan, 'policies'> & {
  readonly policies: readonly { readonly key: string; readonly stage: string }[];
};

/** What is said wherever security requirements are not enforced. */
export const authNoneWarning =
  'Built with --auth none: security requirements of the documents are NOT enforced. Do not expose this gateway.';

export function writeManifest(
  plan: GatewayPlan,
  gateway: string,
  head: SectionHead,
  parts: { readonly host: string; readonly generation: string },
  metafile: { readonly host: Metafile; readonly generation: Metafile },
): Manifest {
  return {
    gw: gwVersion,
    node: `>=${oldestNode}`,
    name: plan.name,
    mode: plan.mode,
    auth: plan.auth,
    warnings: plan.auth === 'none' ? [authNoneWarning] : [],
    hashes: {
      gateway: createHash('sha256').update(gateway).digest('hex'),
      host: head.host,
      generation: head.sha256,
      plan: planHash(plan),
    },
    sizes: { gateway: gateway.length, host: parts.host.length, generation: parts.generation.length },
    inputs: plan.inputs,
    dependencies: dependencies([metafile.host, metafile.generation]),
    paths: plan.server.paths,
    buffered: plan.routes.flatMap(({ id, buffers }) => (buffers === undefined ? [] : [{ route: id, reason: buffers }])),
    ...(plan.routes.some(({ policies }) => policies.some(({ key }) => key === 'limits')) ? { limits: limitMemory } : {}),
    bufferedAnswers: plan.routes.flatMap(({ id, buffersAnswers }) =>
      buffersAnswers === undefined ? [] : [{ route: id, reason: buffersAnswers }],
    ),
    routes: plan.routes.map(manifestRoute),
  };
}

/** A route of a plan as the manifest has it. */
export function manifestRoute({ policies, ...route }: RoutePlan): ManifestRoute {
  return { ...route, policies: policies.map(({ key, stage }) => ({ key, stage })) };
}

function dependencies(metafiles: readonly Metafile[]): Readonly<Record<string, string>> {
  const folders = new Map<string, string>();
  for (const file of metafiles.flatMap(({ inputs }) => Object.keys(inputs))) {
    const [, folder, name] = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(file) ?? [];
    if (folder !== undefined && name !== undefined) folders.set(name, folder);
  }
  const names = [...folders].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(names.map(([name, folder]) => [name, versionOf(join(packageRoot, folder, 'package.json'))]));
}

function versionOf(packageJson: string): string {
  const content: unknown = JSON.parse(readFileSync(packageJson, 'utf8'));
  return typeof content === 'object' && content !== null && 'version' in content ? String(content.version) : 'unknown';
}
