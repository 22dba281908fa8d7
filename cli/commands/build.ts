import { join } from 'node:path';
import { authNoneWarning, type Manifest } from '../bundle/manifest.ts';
import type { CompileRequest } from '../compile.ts';
import { type Compiled, check, compile } from '../compile.ts';
import { GwError, invariant } from '../errors.ts';
import { writeMerged } from '../merge/write.ts';
import { printable } from '../report/escape.ts';
import { plural } from '../report/findings.ts';
import { governing } from './governing.ts';
import { compileRequests, type Options, text } from './input.ts';
import { drawsScreens, findingsOf, print, report, slowProgress, wantsColor } from './output.ts';
import { differences, type OutputFiles, refuseSources, writeOutput } from './write.ts';

/** Buffering routes that are printed; all of them are in the manifest. */
const BUFFERED_SHOWN = 10;

/** `gw build`: compiles every gateway, and writes all of them or none. */
export async function build(documents: readonly string[], options: Options): Promise<number> {
  const requests = governing(compileRequests(documents, options, { defaultPreset: 'serve' }), options);
  if (options.printPlan === true) return await printPlan(requests, options);
  const compiled = await compileAll(requests);
  await report(findingsOf(compiled), options, true);
  if (compiled.some(({ failed }) => failed)) return 1;
  const outputs = foldersOf(compiled, text(options, 'output') ?? 'dist');
  return options.verify === true ? await verify(outputs) : await write(outputs);
}

/** One after the other, with progress on a terminal. */
async function compileAll(requests: readonly CompileRequest[]): Promise<readonly Compiled[]> {
  const compiled: Compiled[] = [];
  if (process.stderr.isTTY !== true || !drawsScreens()) {
    for (const request of requests) compiled.push(await compile(request, slowProgress('build')));
    return compiled;
  }
  const { openBuildScreen } = await import('../ui/build-screen.ts');
  const labels = requests.map(({ source }) => (source.kind === 'config' ? source.file : source.files.join(' ')));
  const color = wantsColor(process.stderr);
  const screen = openBuildScreen({ labels, color, stream: process.stderr, now: () => performance.now() });
  try {
    for (const [index, request] of requests.entries()) {
      compiled.push(await compile(request, (stage) => screen.stage(index, stage)));
      screen.done(index);
    }
  } finally {
    await screen.close();
  }
  return compiled;
}

/** Where each gateway goes: the folder itself, or one below it for each of several. */
function foldersOf(compiled: readonly Compiled[], folder: string): ReadonlyMap<string, Compiled> {
  const folders = new Map<string, Compiled>();
  for (const one of compiled) {
    const name = one.config?.name ?? '';
    const place = compiled.length === 1 ? folder : join(folder, name);
    if (folders.has(place)) throw new GwError('ERR_GW_CONFIG', `Two gateways have the name ${name}`, 'Give each its own `name`.');
    folders.set(place, one);
  }
  return folders;
}

async function write(outputs: ReadonlyMap<string, Compiled>): Promise<number> {
  for (const [folder, compiled] of outputs) {
    const files = filesOf(compiled);
    for (const { workspace } of outputs.values()) {
      refuseSources(
        [...files.keys()].map((name) => join(folder, name)),
        workspace,
      );
    }
  }
  for (const [folder, compiled] of outputs) {
    writeOutput(folder, filesOf(compiled));
    const { bundle } = compiled;
    invariant(bundle !== undefined, 'a build without errors has a bundle');
    await print(summary(folder, bundle.manifest));
    for (const warning of bundle.manifest.warnings) process.stderr.write(`gw: WARNING: ${warning}\n`);
  }
  return 0;
}

/** The files of an output folder; the gateway last, so that it is never newer than what describes it. */
export function filesOf({ bundle, merged }: Compiled): OutputFiles {
  invariant(bundle !== undefined && merged !== undefined, 'a build without errors has a bundle');
  return new Map([
    ...Object.entries(bundle.maps),
    ['openapi.json', `${JSON.stringify(writeMerged(merged, { publicOnly: true }), null, 2)}\n`],
    ['manifest.json', `${JSON.stringify(bundle.manifest, null, 2)}\n`],
    ['gateway.mjs', bundle.gateway],
  ]);
}

function summary(folder: string, { routes, sizes, hashes, buffered, bufferedAnswers, limits }: Manifest): string {
  const lines = [
    `${join(folder, 'gateway.mjs')}  ${(sizes.gateway / 1024).toFixed(0)} KiB  ${plural(routes.length, 'route')}  sha256:${hashes.gateway.slice(0, 12)}`,
  ];
  if (limits !== undefined) {
    const mebibytes = (limits.bytes / 1024 / 1024).toFixed(0);
    lines.push(`Limits are counted in ${mebibytes} MiB that all threads share: ${limits.counters} counters`);
  }
  lines.push(...bufferedLines(folder, 'the request body whole before it is forwarded', buffered));
  lines.push(...bufferedLines(folder, 'answers whole before the client gets them', bufferedAnswers));
  return `${lines.join('\n')}\n`;
}

function bufferedLines(folder: string, what: string, buffered: Manifest['buffered']): readonly string[] {
  if (buffered.length === 0) return [];
  const more = buffered.length - BUFFERED_SHOWN;
  return [
    `${plural(buffered.length, 'route')} ${buffered.length === 1 ? 'reads' : 'read'} ${what}:`,
    ...buffered.slice(0, BUFFERED_SHOWN).map(({ route, reason }) => `  ${printable(route)}: ${printable(reason)}`),
    ...(more > 0 ? [`  and ${more} more, see ${join(folder, 'manifest.json')}`] : []),
  ];
}

async function verify(outputs: ReadonlyMap<string, Compiled>): Promise<number> {
  let failed = false;
  for (const [folder, compiled] of outputs) {
    const different = differences(folder, filesOf(compiled));
    failed ||= different.length > 0;
    await print(
      different.length === 0 ? `${folder} is what these documents build\n` : `${folder} differs: ${different.join(', ')}\n`,
    );
  }
  return failed ? 1 : 0;
}

/** The plan goes to standard output alone, findings that are no errors to standard error. */
async function printPlan(requests: readonly CompileRequest[], options: Options): Promise<number> {
  const checked = requests.map((request) => check(request, slowProgress('plan')));
  if (checked.some(({ failed }) => failed)) {
    await report(findingsOf(checked), options, true);
    return 1;
  }
  const plans = checked.map(({ plan }) => plan);
  await print(`${JSON.stringify(plans.length === 1 ? plans[0] : plans, null, 2)}\n`);
  if (plans.some((plan) => plan?.auth === 'none')) process.stderr.write(`gw: WARNING: ${authNoneWarning}\n`);
  return 0;
}
