import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { GwError } from '../errors.ts';

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
