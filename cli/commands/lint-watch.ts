import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Checked, type CompileRequest, check } from '../compile.ts';
import { CompileMemory } from '../compile-memory.ts';
import { GwError } from '../errors.ts';
import type { Workspace } from '../load/workspace.ts';
import { printable } from '../report/escape.ts';
import { plural } from '../report/findings.ts';
import { changedSince, LINT_SETTLE_MS, watchFiles } from '../serve/watch.ts';

/** One gateway and what was found of it last. */
interface Linted {
  readonly request: CompileRequest;
  readonly memory: CompileMemory;
  readonly checked: Checked;
  /** What it was made from; undefined when a file changed while it was read, so that nobody knows. */
  readonly inputs: string | undefined;
}

/**
 * Lints again whenever a file that was read changes (L18): only gateways that read it, and of their files only those that changed are read
 * again. A change that leaves nothing to lint is said, and waited out.
 *
 * @param show reports what was found of all gateways; gives the exit code it means
 * @param onStop is given what ends it
 * @returns the exit code of the last report
 * @throws GwError when the first run cannot be made
 */
export async function watchLint(
  requests: readonly CompileRequest[],
  show: (checked: readonly Checked[]) => Promise<0 | 1>,
  onStop: (stop: () => void) => void,
): Promise<number> {
  let since = Date.now();
  let all = requests.map((request) => linted(request, new CompileMemory()));
  for (const { memory } of all) memory.files.takeParsed();
  let code = await show(all.map(({ checked }) => checked));
  const stopped = Promise.withResolvers<void>();
  let work = Promise.resolve();
  const watcher = watchFiles(() => {
    work = work.then(again).catch(stopped.reject);
  }, LINT_SETTLE_MS);
  const follow = (): void => {
    const workspaces = all.map(({ checked }) => checked.workspace);
    const root = workspaces[0]?.root ?? '.';
    const files = workspaces.flatMap((one) => one.files.map((file) => join(root, file)));
    const folders = workspaces.flatMap((one) => one.folders.map((folder) => join(root, folder)));
    watcher.follow({ root, files, folders, since });
    say(`watching ${plural(new Set(files).size, 'file')}`);
  };
  const again = async (): Promise<void> => {
    since = Date.now();
    const start = performance.now();
    try {
      const next = all.map((one) => (inputsOf(one.checked.workspace) === one.inputs ? one : linted(one.request, one.memory)));
      if (next.every((one, index) => one === all[index])) return;
      const read = next
        .filter((one, index) => one !== all[index])
        .reduce((sum, { memory }) => sum + memory.files.takeParsed(), 0);
      all = next;
      say(`${plural(read, 'file')} read again, linted in ${Math.round(performance.now() - start)} ms`);
      code = await show(all.map(({ checked }) => checked));
      follow();
    } catch (error) {
      if (!(error instanceof GwError)) throw error;
      say(`${printable(error.message)}. ${error.hint ?? ''}`);
    }
  };
  try {
    follow();
    onStop(stopped.resolve);
    await stopped.promise;
    await work;
    return code;
  } finally {
    watcher.close();
  }
}

function say(line: string): void {
  process.stderr.write(`gw: lint: ${line}\n`);
}

function linted(request: CompileRequest, memory: CompileMemory): Linted {
  const since = Date.now();
  const checked = check(request, undefined, memory);
  const { root, files } = checked.workspace;
  const isKnown = !files.some((file) => changedSince(join(root, file), since));
  return { request, memory, checked, inputs: isKnown ? inputsOf(checked.workspace) : undefined };
}

/** Digest of the files that were read, and names of the documents in the folders that were looked into. */
function inputsOf({ root, files, folders }: Workspace): string {
  const contents = files.map((file) => [file, digest(join(root, file))]);
  const names = folders.map((folder) => [folder, namesIn(join(root, folder))]);
  return JSON.stringify([contents, names]);
}

function digest(file: string): string | undefined {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('base64');
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.(?:ya?ml|json)$/.test(name))
      .sort();
  } catch {
    return [];
  }
}
