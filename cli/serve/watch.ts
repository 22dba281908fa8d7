import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { dirname, join, sep } from 'node:path';

/** Quiet time after the last change before a build: editors write a file in several steps. Milliseconds. */
const SETTLE_MS = 60;
/** Before `gw lint` looks again, which costs less than a build and is looked at while one types (L18). Milliseconds. */
export const LINT_SETTLE_MS = 25;
/** Clocks of file systems lag behind that of the process. Milliseconds. */
const CLOCK_LAG_MS = 10;

/** What a build has read. */
export interface Followed {
  /** Absolute; every folder is below it or the same. */
  readonly root: string;
  /** Absolute paths. */
  readonly files: readonly string[];
  /** Absolute paths of the folders whose content decides what is read, there or not. */
  readonly folders: readonly string[];
  /** When the build began, milliseconds since the epoch: what changed since then was perhaps not read. */
  readonly since: number;
}

export interface FileWatcher {
  /** Replaces what is followed. */
  follow(followed: Followed): void;
  close(): void;
}

/**
 * Tells when a followed file may have changed, or a document or folder appeared where one may be taken in. Folders are watched rather than
 * files, since editors replace files; those above them too, since a folder may go and come back. A new folder is watched at once, so that
 * what is saved into it before the next build is not missed.
 *
 * @param changed called once things are quiet
 * @param settleMs how long they have to be quiet
 */
export function watchFiles(changed: () => void, settleMs = SETTLE_MS): FileWatcher {
  return new Watcher(changed, settleMs);
}

class Watcher implements FileWatcher {
  readonly #changed: () => void;
  readonly #settleMs: number;
  readonly #watchers = new Map<string, FSWatcher>();
  #files: ReadonlySet<string> = new Set();
  #folders: ReadonlySet<string> = new Set();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(changed: () => void, settleMs: number) {
    this.#changed = changed;
    this.#settleMs = settleMs;
  }

  follow({ root, files, folders, since }: Followed): void {
    if (this.#closed) return;
    this.#files = new Set(files);
    this.#folders = new Set(folders);
    const wanted = new Set(folders.flatMap((folder) => upTo(root, folder)));
    for (const folder of [...this.#watchers.keys()]) if (!wanted.has(folder)) this.#forget(folder);
    const fresh = [...wanted].filter((folder) => !this.#watchers.has(folder) && this.#open(folder));
    const unseen = (path: string): boolean => changedSince(path, since);
    const freshFolders = new Set(fresh);
    const read = [...files].filter((file) => freshFolders.has(dirname(file)));
    if ([...fresh.filter((folder) => this.#folders.has(folder)), ...read].some(unseen)) this.#tell();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const folder of [...this.#watchers.keys()]) this.#forget(folder);
  }

  #tell(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#changed, this.#settleMs);
  }

  #noticed(folder: string, name: string | null): void {
    if (!this.#closed && (name === null || this.#concerns(folder, name))) this.#tell();
  }

  /** Whether it may change what is read. Watches what has appeared. */
  #concerns(folder: string, name: string): boolean {
    const path = join(folder, name);
    if (this.#files.has(path)) return true;
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    const leadsOn = this.#watchers.has(path) || [...this.#folders].some((one) => one === path || one.startsWith(path + sep));
    if (leadsOn) this.#reopen(path);
    else if (isFolder && this.#folders.has(folder) && !isHidden(name)) this.#openAll(path);
    else return !isFolder && this.#folders.has(folder) && isDocument(name);
    return true;
  }

  /** The folder may be another one than it was. */
  #reopen(path: string): void {
    for (const folder of [...this.#watchers.keys()]) if (folder === path || folder.startsWith(path + sep)) this.#forget(folder);
    this.#openAll(path);
  }

  /** A folder and those in it. */
  #openAll(path: string): void {
    if (this.#watchers.has(path) || !this.#open(path)) return;
    // From here on the folder is one whose documents count, until a build says otherwise.
    this.#folders = new Set([...this.#folders, path]);
    for (const name of foldersIn(path)) this.#openAll(join(path, name));
  }

  /** @returns whether it can be watched */
  #open(folder: string): boolean {
    try {
      const watcher = watch(folder, (_event, name) => this.#noticed(folder, name));
      watcher.on('error', () => this.#forget(folder));
      this.#watchers.set(folder, watcher);
      return true;
    } catch {
      // It is not there, or must not be read.
      return false;
    }
  }

  #forget(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }
}

/** A folder and those above it, up to the root. */
function upTo(root: string, folder: string): readonly string[] {
  const all = [folder];
  for (let at = folder; at !== root && at !== dirname(at); ) {
    at = dirname(at);
    all.push(at);
  }
  return all;
}

/** Whether a path that is there may have changed since then, milliseconds since the epoch. */
export function changedSince(path: string, since: number): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && Math.max(found.mtimeMs, found.ctimeMs) >= since - CLOCK_LAG_MS;
}

function foldersIn(path: string): readonly string[] {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() && !isHidden(entry.name) ? [entry.name] : [],
    );
  } catch {
    return [];
  }
}

function isDocument(name: string): boolean {
  return !isHidden(name) && /\.(?:ya?ml|json)$/.test(name);
}

/** `.git`, drafts of editors, and what npm installs: no pattern means them. */
function isHidden(name: string): boolean {
  return name.startsWith('.') || name === 'node_modules';
}
