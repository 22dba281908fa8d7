import type { Metafile } from 'esbuild';
import { gwVersion } from '../package-root.ts';
import type { GatewayPlan } from '../plan/ir.ts';
import { adminRoutes } from './admin-routes.ts';
import { bundleEntry, oldestNode } from './esbuild.ts';
import { type Manifest, writeManifest } from './manifest.ts';
import { writeSection } from './section.ts';

/** The text of the emitted modules: those of the generation, and what the host needs for them. */
export interface EmittedModules {
  readonly matcher: string;
  readonly validators: string;
  readonly wiring: string;
  readonly expressions: string;
  readonly host: string;
}

/** The same of the admin listener, whose document is gw's own; `admin-document` has the document and the scopes of its operations. */
export type AdminModules = Readonly<Record<`admin-${'matcher' | 'validators' | 'wiring' | 'document'}`, string>>;

export interface GatewayBundle {
  /** Text of `gateway.mjs`. */
  readonly gateway: string;
  readonly manifest: Manifest;
  /** What went into the file and from where. */
  readonly metafile: { readonly host: Metafile; readonly generation: Metafile };
  /** Files beside `gateway.mjs` by name; empty without `sourcemap`. */
  readonly maps: Readonly<Record<string, string>>;
}

export interface BundleOptions {
  /** Writes source maps and names them in the file. */
  readonly sourcemap?: boolean;
}

/** An older Node is told so, in one line; and undici, which is CommonJS, asks for Node's modules by `require`. */
const BEGIN = `import{createRequire as __gwRequire}from"node:module";${checkNode(oldestNode)}const require=__gwRequire(import.meta.url);`;

/** Text that ends the process with code 2 on a Node before `major.minor`. Nothing newer than Node 18 is in it. */
function checkNode(oldest: string): string {
  const [major = 0, minor = 0] = oldest.split('.').map(Number);
  const message = `gw: this gateway needs Node ${major}.${minor} or later; this is `;
  return (
    '{const[a,b]=process.versions.node.split(".").map(Number);' +
    `if(a<${major}||a===${major}&&b<${minor}){console.error(${JSON.stringify(message)}+process.versions.node+".");process.exit(2)}}`
  );
}

/**
 * A generation is the body of one function. No arrow function: V8 takes twice the time and twice the memory to parse a large one (measured for
 * 2.9 MB: 103 against 58 MiB for the process).
 */
const GENERATION = {
  begin: '(function(){"use strict";const module={exports:{}};',
  end: 'const generation=module.exports;return generation.parts})',
} as const;

/**
 * Bundles host and generation into one file (`section.ts` says how they lie in it). The same plan gives the same bytes on any machine.
 *
 * @throws GwError `ERR_GW_BUNDLE` when esbuild does not run
 */
export async function bundleGateway(
  plan: GatewayPlan,
  modules: EmittedModules,
  admin: AdminModules,
  { sourcemap = false }: BundleOptions = {},
): Promise<GatewayBundle> {
  const { host: drivers, ...ofGeneration } = modules;
  const [host, generation] = await Promise.all([
    bundleEntry('host.ts', { ...admin, host: drivers }, { format: 'esm', banner: { js: BEGIN }, sourcemap }),
    bundleEntry('generation.ts', ofGeneration, {
      format: 'cjs',
      banner: { js: GENERATION.begin },
      footer: { js: GENERATION.end },
      sourcemap,
    }),
  ]);
  const link = (code: string, file: string): string => (sourcemap ? `${code}//# sourceMappingURL=${file}\n` : code);
  const { text, head } = writeSection(
    link(host.code, MAPS.host),
    link(generation.code, MAPS.generation),
    adminRoutes(plan.routes),
    {
      version: gwVersion,
      name: plan.name,
    },
  );
  const metafile = { host: host.metafile, generation: generation.metafile };
  return {
    gateway: text,
    manifest: writeManifest(plan, text, head, { host: host.code, generation: generation.code }, metafile),
    metafile,
    maps: sourcemap ? { [MAPS.host]: host.map ?? '', [MAPS.generation]: generation.map ?? '' } : {},
  };
}

const MAPS = { host: 'gateway.mjs.map', generation: 'generation.js.map' } as const;
