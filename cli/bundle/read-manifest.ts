import { readFileSync } from 'node:fs';
import { GwError } from '../errors.ts';
import { gwVersion } from '../package-root.ts';
import { isFields } from '../resolve/walk.ts';
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
  if (!content.routes.every(isRoute)) {
    const message = `${file} was written by gw ${String(content.gw)}, whose routes this gw ${gwVersion} does not know`;
    throw new GwError('ERR_GW_FILE_UNREADABLE', message, 'Build that gateway once more with this gw.');
  }
  return content;
}

function isManifest(content: unknown): content is Manifest {
  return isFields(content) && 'gw' in content && 'name' in content && Array.isArray(content.routes);
}

/** What every reader of a manifest relies on. */
function isRoute(route: unknown): boolean {
  return (
    isFields(route) &&
    [route.method, route.template].every((text) => typeof text === 'string') &&
    [route.segments, route.conditions, route.values, route.parameterNames].every(Array.isArray) &&
    [route.action, route.origin].every(isFields)
  );
}
