import { type FSWatcher, statSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';

/** Quiet time after the last change before it is told: editors write a file in several steps. Milliseconds. */
const SETTLE_MS = 60;

/** Follows files, and what appears beside them. */
export interface FileWatcher {
  /** Replaces the files that are followed; absolute paths. */
  follow(files: readonly string[]): void;
  close(): void;
}

/**
 * Tells when a followed file may have changed, or a document or folder appeared beside one or beside its folder (a glob of `specs` may take it
 * in). Folders are watched rather than files, since editors replace files.
 *
 * @param changed called once things are quiet
 */
export function watchFiles(changed: () => void): FileWatcher {
  const watchers = new Map<string, FSWatcher>();
  let followed: ReadonlySet<string> = new Set();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const noticed = (folder: string, name: string | null): void => {
    if (name !== null && !followed.has(join(folder, name)) && !mayJoin(join(folder, name))) return;
    clearTimeout(timer);
    timer = setTimeout(changed, SETTLE_MS);
  };
  return {
    follow(files) {
      if (closed) return;
      followed = new Set(files);
      const folders = new Set(files.flatMap((file) => [dirname(file), dirname(dirname(file))]));
      for (const [folder, watcher] of watchers) {
        if (folders.has(folder)) continue;
        watcher.close();
        watchers.delete(folder);
      }
      for (const folder of folders) {
        if (!watchers.has(folder)) open(watchers, folder, noticed);
      }
    },
    close() {
      closed = true;
      clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
      watchers.clear();
    },
  };
}

function open(watchers: Map<string, FSWatcher>, folder: string, noticed: (folder: string, name: string | null) => void): void {
  try {
    const watcher = watch(folder, (_event, name) => noticed(folder, name));
    watcher.on('error', () => {
      watcher.close();
      watchers.delete(folder);
    });
    watchers.set(folder, watcher);
  } catch {
    // A folder that cannot be watched: its files are read all the same.
  }
}

/** Documents and folders; hidden ones (`.git`, drafts of editors) are not meant. */
function mayJoin(path: string): boolean {
  const name = path.slice(dirname(path).length + 1);
  if (name.startsWith('.')) return false;
  return /\.(?:ya?ml|json)$/.test(name) || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
