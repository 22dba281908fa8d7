import { mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { GwError } from '../errors.ts';
import type { Workspace } from '../load/workspace.ts';

/** Files of an output folder by name. */
export type OutputFiles = ReadonlyMap<string, string>;

/**
 * Writes the files of an output folder. They are written beside it first and then renamed one by one, so that a file is never seen
 * half-written, and nothing is there when writing fails. Other files of the folder stay.
 */
export function writeOutput(folder: string, files: OutputFiles): void {
  const target = resolve(folder);
  let draft: string | undefined;
  try {
    mkdirSync(dirname(target), { recursive: true });
    draft = mkdtempSync(join(dirname(target), `.${basename(target)}-`));
    for (const [name, content] of files) writeFileSync(join(draft, name), content);
    mkdirSync(target, { recursive: true });
    for (const name of files.keys()) renameSync(join(draft, name), join(target, name));
  } catch (error) {
    throw new GwError('ERR_GW_OUTPUT', `${folder} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    if (draft !== undefined) rmSync(draft, { recursive: true, force: true });
  }
}

/**
 * What is written must never take the place of what it was made from.
 *
 * @throws GwError when one of the files is a document, or a gateway file, that was read
 */
export function refuseSources(files: readonly string[], { root, documents }: Pick<Workspace, 'root' | 'documents'>): void {
  const read = new Map(documents.map(({ file }) => [resolve(root, file), file]));
  for (const file of files) {
    const source = read.get(realPath(file));
    if (source === undefined) continue;
    throw new GwError('ERR_GW_OUTPUT', `${file} is one of the files that were read`, 'Write somewhere else: -o.');
  }
}

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return resolve(file);
  }
}

/** Names of the files that are missing from a folder or differ in a byte. */
export function differences(folder: string, files: OutputFiles): readonly string[] {
  return [...files].flatMap(([name, content]) => (readText(join(folder, name)) === content ? [] : [name]));
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
