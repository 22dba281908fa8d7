import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { invariant } from './errors.ts';

/** Folder of gw's own package, whether this runs from `lib/` (built) or from `cli/` (tests). `runtime/` and `templates/` lie below it. */
export const packageRoot: string = findPackageRoot(dirname(fileURLToPath(import.meta.url)));

function findPackageRoot(from: string): string {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
  }
  invariant(false, 'package.json of gw not found');
}

/** The version of gw, from its package.json. */
export const gwVersion: string = readVersion(join(packageRoot, 'package.json'));

function readVersion(file: string): string {
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  invariant(typeof content === 'object' && content !== null && 'version' in content, `${file} has a version`);
  return String(content.version);
}
