import { readFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Later } from '../later.ts';
import { type FileKind, parseFile } from './file-kinds.ts';

/** A file that verifiers need: what it holds, and its path from the folder that the process was started in. */
export interface CredentialFile {
  readonly kind: FileKind;
  readonly path: string;
}

/** The runtime value that holds what was read of a file. */
export function fileKey({ kind, path }: CredentialFile): string {
  return `file/${kind}/${path}`;
}

export interface CredentialFilesOptions {
  /** Tells every thread. */
  readonly publish: (file: CredentialFile, value: unknown) => void;
  readonly say: (fields: object) => void;
  /** Calls back once, after a time; gives what takes it back. */
  readonly later: Later;
}

/** How often a file is looked at: a revocation holds within 5 s (AK-5). */
const LOOK_MS = 2_000;

interface Held {
  readonly file: CredentialFile;
  holders: number;
  /** Of the file as it was last looked at. */
  version: string;
  value: unknown;
  cancel: () => void;
  /** The last read: two at a time might end in the wrong order, and what was revoked would hold again. */
  reading: Promise<void>;
}

/**
 * The files of credentials of a process, in its main thread: read at start, read again when they change. One that turns wrong changes
 * nothing.
 */
export class CredentialFiles {
  readonly #options: CredentialFilesOptions;
  readonly #held = new Map<string, Held>();

  constructor(options: CredentialFilesOptions) {
    this.#options = options;
  }

  /**
   * Takes files into use. Pair with `release`.
   *
   * @throws Error naming a file that cannot be read, and what is wrong with it
   */
  async acquire(files: readonly CredentialFile[]): Promise<void> {
    const taken: CredentialFile[] = [];
    try {
      for (const file of files) {
        await this.#acquire(file);
        taken.push(file);
      }
    } catch (error) {
      this.release(taken);
      throw error;
    }
  }

  async #acquire(file: CredentialFile): Promise<void> {
    const id = fileKey(file);
    const known = this.#held.get(id);
    if (known !== undefined) {
      known.holders += 1;
      return;
    }
    const held: Held = { file, holders: 1, version: '', value: undefined, cancel: () => undefined, reading: Promise.resolve() };
    await this.#read(held);
    this.#held.set(id, held);
    this.#watch(held);
  }

  release(files: readonly CredentialFile[]): void {
    for (const file of files) {
      const held = this.#held.get(fileKey(file));
      if (held === undefined) continue;
      held.holders -= 1;
      if (held.holders > 0) continue;
      held.cancel();
      this.#held.delete(fileKey(file));
      this.#options.publish(file, undefined);
    }
  }

  /** What was read of a file; undefined when it is not in use. */
  value(file: CredentialFile): unknown {
    return this.#held.get(fileKey(file))?.value;
  }

  /** Reads a file again at once: whoever has changed it says so. */
  async changed(file: CredentialFile): Promise<void> {
    const held = this.#held.get(fileKey(file));
    if (held !== undefined) await this.#read(held);
  }

  get files(): readonly CredentialFile[] {
    return [...this.#held.values()].map(({ file }) => file);
  }

  close(): void {
    for (const { cancel } of this.#held.values()) cancel();
    this.#held.clear();
  }

  #watch(held: Held): void {
    held.cancel = this.#options.later(() => {
      void this.#look(held).finally(() => {
        if (this.#held.get(fileKey(held.file)) === held) this.#watch(held);
      });
    }, LOOK_MS);
  }

  async #look(held: Held): Promise<void> {
    const version = await versionOf(held.file.path);
    if (version === held.version) return;
    try {
      await this.#read(held);
    } catch (error) {
      // Told once for each change.
      held.version = version;
      this.#options.say({ file: held.file.path, error: error instanceof Error ? error.message : String(error) });
    }
  }

  #read(held: Held): Promise<void> {
    const next = held.reading.then(() => this.#readNow(held));
    held.reading = next.catch(() => undefined);
    return next;
  }

  async #readNow(held: Held): Promise<void> {
    const { kind, path } = held.file;
    const version = await versionOf(path);
    const text = await readFile(resolve(path), 'utf8').catch((error: unknown) => {
      throw unreadable(path, error);
    });
    const value = parseFile(kind, path, text);
    held.version = version;
    held.value = value;
    this.#options.publish(held.file, value);
  }
}

/**
 * Reads a file once, for a look at the environment.
 *
 * @throws Error naming the file and what is wrong with it
 */
export function checkFile({ kind, path }: CredentialFile): void {
  let text: string;
  try {
    text = readFileSync(resolve(path), 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
  parseFile(kind, path, text);
}

function unreadable(path: string, error: unknown): Error {
  return new Error(`The file ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
}

/** '' for a file that is not there. */
async function versionOf(path: string): Promise<string> {
  const found = await stat(resolve(path)).catch(() => undefined);
  return found === undefined ? '' : `${found.mtimeMs} ${found.size} ${found.ino}`;
}
