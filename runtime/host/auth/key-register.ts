import type { CredentialFile, CredentialFiles } from './credential-files.ts';
import { parseKeys } from './file-kinds.ts';
import type { ApiKeyRecord, KeyChange, KeyRegister } from './key-store.ts';
import { changeFile } from './locked-file.ts';

/**
 * A key file as something that can be administered. What counts is what the file says at the moment, whoever has written it.
 *
 * @param pause resolves after so many milliseconds
 */
export function keyFileRegister(files: CredentialFiles, path: string, pause: (ms: number) => Promise<void>): KeyRegister {
  const file: CredentialFile = { kind: 'api-keys', path };
  // One after the other: who waits here does not have to look at the lock.
  let last: Promise<unknown> = Promise.resolve();
  return {
    async list() {
      const value = files.value(file);
      return Array.isArray(value) ? value : [];
    },
    change(edit) {
      const next = last.then(async () => {
        const result = await changeKeys(path, edit, pause);
        await files.changed(file);
        return result;
      });
      last = next.catch(() => undefined);
      return next;
    },
  };
}

/** Changes the keys of a file, and leaves the rest of it. @throws Error when it cannot be read or written */
export async function changeKeys<T>(
  path: string,
  edit: (keys: readonly ApiKeyRecord[]) => KeyChange<T>,
  pause: (ms: number) => Promise<void>,
): Promise<T> {
  let result: { readonly value: T } | undefined;
  await changeFile(
    path,
    (text) => {
      const keys = parseKeys(path, text);
      const change = edit(keys);
      result = { value: change.result };
      const next = applied(keys, change);
      if (next === undefined) return undefined;
      const rest: object = JSON.parse(text);
      return `${JSON.stringify({ ...rest, keys: next }, null, 2)}\n`;
    },
    pause,
  );
  if (result === undefined) throw new Error(`The file ${path} was not changed.`);
  return result.value;
}

/** The keys afterwards; undefined when they are as before. What is replaced stays in its place. */
function applied(
  keys: readonly ApiKeyRecord[],
  { put = [], remove = [] }: KeyChange<unknown>,
): readonly ApiKeyRecord[] | undefined {
  if (put.length === 0 && remove.length === 0) return undefined;
  const wanted = new Map(put.map((record) => [record.id, record]));
  const kept = keys.filter(({ id }) => !remove.includes(id)).map((record) => wanted.get(record.id) ?? record);
  const known = new Set(keys.map(({ id }) => id));
  return [...kept, ...put.filter(({ id }) => !known.has(id))];
}
