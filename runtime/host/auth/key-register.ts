import { rename, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CredentialFile, CredentialFiles } from './credential-files.ts';
import type { ApiKeyRecord, KeyRegister } from './key-store.ts';

/** A key file in use, as something that can be administered. */
export function keyFileRegister(files: CredentialFiles, path: string): KeyRegister {
  const file: CredentialFile = { kind: 'api-keys', path };
  const records = (): readonly ApiKeyRecord[] => {
    const value = files.value(file);
    return Array.isArray(value) ? value : [];
  };
  return {
    find: (id) => records().find((one) => one.id === id),
    findByHash: (hash) => records().find((one) => one.hash === hash),
    list: () => Promise.resolve(records()),
    async put(record) {
      await writeKeyFile(path, [...records().filter(({ id }) => id !== record.id), record]);
      await files.changed(file);
    },
  };
}

/** Replaces the file at once: no reader sees half of it. */
export async function writeKeyFile(path: string, keys: readonly ApiKeyRecord[]): Promise<void> {
  const target = resolve(path);
  const draft = `${target}.${process.pid}.new`;
  await writeFile(draft, `${JSON.stringify({ keys }, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, target);
}
