import type { LoadedBundle } from './load-generation.ts';

/**
 * What a reload cannot change, because listeners and connections were made with it: names of the keys that differ, as they stand in the
 * gateway file. Empty when the new bundle can be loaded.
 */
export function reloadRefusal(running: LoadedBundle, next: LoadedBundle): readonly string[] {
  const keys: string[] = [];
  if (running.file.host !== next.file.host) keys.push('gw (another version built the file)');
  const [before, after] = [running.parts.gateway, next.parts.gateway];
  differences(before.server, after.server, 'server', keys);
  differences(before.admin, after.admin, 'admin.listen', keys);
  return keys;
}

function differences(before: unknown, after: unknown, key: string, keys: string[]): void {
  if (isFields(before) && isFields(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    for (const name of names) differences(before[name], after[name], `${key}.${name}`, keys);
  } else if (JSON.stringify(before) !== JSON.stringify(after)) {
    keys.push(key);
  }
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
