import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseRange } from '../../address.ts';
import type { ApiKeyRecord, KeyRegister } from './key-store.ts';
import { isFields } from './token-parts.ts';

export interface KeyFilesOptions {
  /** Tells every thread. */
  readonly publish: (path: string, records: readonly ApiKeyRecord[]) => void;
  readonly say: (fields: object) => void;
  /** Calls back once, after a time; gives what takes it back. */
  readonly later: (run: () => void, ms: number) => () => void;
}

/** How often a file is looked at: a revocation holds within 5 s (AK-5). */
const LOOK_MS = 2_000;

interface Held {
  holders: number;
  /** Of the file as it was read. */
  version: string;
  records: readonly ApiKeyRecord[];
  cancel: () => void;
}

/** Key files of a process, in its main thread: read at start, read again when they change. A file that turns wrong changes nothing. */
export class KeyFiles {
  readonly #options: KeyFilesOptions;
  readonly #held = new Map<string, Held>();

  constructor(options: KeyFilesOptions) {
    this.#options = options;
  }

  /**
   * Takes files into use. Pair with `release`.
   *
   * @param paths below the folder that the process was started in
   * @throws Error naming a file that cannot be read
   */
  async acquire(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      const known = this.#held.get(path);
      if (known !== undefined) {
        known.holders += 1;
        continue;
      }
      const held: Held = { holders: 1, version: '', records: [], cancel: () => undefined };
      await this.#read(path, held);
      this.#held.set(path, held);
      this.#watch(path, held);
    }
  }

  release(paths: readonly string[]): void {
    for (const path of paths) {
      const held = this.#held.get(path);
      if (held === undefined) continue;
      held.holders -= 1;
      if (held.holders > 0) continue;
      held.cancel();
      this.#held.delete(path);
    }
  }

  /** The file as something that can be administered; undefined when it is not in use. */
  register(path: string): KeyRegister | undefined {
    const held = this.#held.get(path);
    if (held === undefined) return undefined;
    return {
      find: (id) => held.records.find((one) => one.id === id),
      findByHash: (hash) => held.records.find((one) => one.hash === hash),
      list: () => Promise.resolve(held.records),
      put: async (record) => {
        await writeKeyFile(path, [...held.records.filter(({ id }) => id !== record.id), record]);
        await this.#read(path, held);
      },
    };
  }

  get paths(): readonly string[] {
    return [...this.#held.keys()];
  }

  close(): void {
    for (const { cancel } of this.#held.values()) cancel();
    this.#held.clear();
  }

  #watch(path: string, held: Held): void {
    held.cancel = this.#options.later(() => {
      void this.#look(path, held).finally(() => {
        if (this.#held.get(path) === held) this.#watch(path, held);
      });
    }, LOOK_MS);
  }

  async #look(path: string, held: Held): Promise<void> {
    try {
      if ((await versionOf(path)) !== held.version) await this.#read(path, held);
    } catch (error) {
      this.#options.say({ file: path, error: error instanceof Error ? error.message : String(error) });
    }
  }

  async #read(path: string, held: Held): Promise<void> {
    held.version = await versionOf(path);
    held.records = await readKeyFile(path);
    this.#options.publish(path, held.records);
  }
}

async function versionOf(path: string): Promise<string> {
  const { mtimeMs, size, ino } = await stat(resolve(path));
  return `${mtimeMs} ${size} ${ino}`;
}

/** @throws Error naming the file and what is wrong with it */
export async function readKeyFile(path: string): Promise<readonly ApiKeyRecord[]> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(resolve(path), 'utf8'));
  } catch (error) {
    throw new Error(`The key file ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const keys = isFields(value) ? value.keys : undefined;
  if (!Array.isArray(keys)) throw new Error(`The key file ${path} holds no list \`keys\`.`);
  const ids = new Set<string>();
  return keys.map((record: unknown, index) => {
    const problem = isRecord(record) ? (ids.has(record.id) ? 'another key has its id' : recordProblem(record)) : 'it is no key';
    if (problem !== undefined || !isRecord(record)) throw new Error(`Key ${index} of the key file ${path}: ${problem}.`);
    ids.add(record.id);
    return record;
  });
}

/** Replaces the file at once: no reader sees half of it. */
export async function writeKeyFile(path: string, keys: readonly ApiKeyRecord[]): Promise<void> {
  const target = resolve(path);
  const draft = `${target}.${process.pid}.new`;
  await writeFile(draft, `${JSON.stringify({ keys }, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, target);
}

function isRecord(value: unknown): value is ApiKeyRecord {
  if (!isFields(value)) return false;
  const { id, hash, consumer, status } = value;
  return (
    typeof id === 'string' &&
    typeof hash === 'string' &&
    typeof consumer === 'string' &&
    (status === 'active' || status === 'revoked')
  );
}

const TEXTS = ['pepperId', 'plan', 'tenant'] as const;
const DATES = ['notBefore', 'expiresAt'] as const;
const LISTS = ['scopes', 'roles', 'allowedIPs'] as const;

function recordProblem(record: ApiKeyRecord): string | undefined {
  if (!/^hmac-sha256:[0-9a-f]{64}$/.test(record.hash)) return '`hash` is no hmac-sha256 in hex: make one with gw keys hash';
  const text = TEXTS.find((name) => record[name] !== undefined && typeof record[name] !== 'string');
  if (text !== undefined) return `\`${text}\` is no text`;
  const date = DATES.find((name) => record[name] !== undefined && !Number.isFinite(Date.parse(String(record[name]))));
  if (date !== undefined) return `\`${date}\` is no date`;
  const list = LISTS.find((name) => record[name] !== undefined && !isTexts(record[name]));
  if (list !== undefined) return `\`${list}\` is no list of texts`;
  try {
    for (const range of record.allowedIPs ?? []) parseRange(range);
  } catch {
    return '`allowedIPs` holds something that is no address';
  }
  return undefined;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
