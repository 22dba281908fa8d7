import { readFileSync } from 'node:fs';
import { GwError } from '../errors.ts';
import type { Manifest } from './manifest.ts';

/**
 * Reads the `manifest.json` of a built gateway.
 *
 * @throws GwError when it is not there, or none
 */
export function readManifest(file: string): Manifest {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new GwError('ERR_GW_FILE_NOT_FOUND', `There is no readable ${file}`, 'Name the folder that gw build wrote.');
  }
  if (!isManifest(content)) throw new GwError('ERR_GW_FILE_UNREADABLE', `${file} is no manifest of gw`);
  return content;
}

function isManifest(content: unknown): content is Manifest {
  return (
    typeof content === 'object' && content !== null && 'gw' in content && 'routes' in content && Array.isArray(content.routes)
  );
}
