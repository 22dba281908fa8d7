import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, it } from 'vitest';
import { packageRoot } from '../../../cli/package-root.ts';
import { parseKeys } from '../../../runtime/host/auth/file-kinds.ts';
import { changeKeys } from '../../../runtime/host/auth/key-register.ts';

const folder = mkdtempSync(join(tmpdir(), 'gw-key-file-'));
afterEach(() => rmSync(folder, { recursive: true }));

/** Kills it in the middle of whatever it does once it has added so many keys. @returns the ids it said are there */
async function writeUntilKilled(file: string, prefix: string, count: number): Promise<readonly string[]> {
  const script = join(packageRoot, 'test', 'support', 'key-writer.ts');
  const child = spawn(process.execPath, [script, file, prefix], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const ids: string[] = [];
  for await (const id of createInterface({ input: child.stdout })) {
    ids.push(id);
    if (ids.length === count) child.kill('SIGKILL');
  }
  await closed;
  return ids;
}

it('keeps a whole file, and every key that was said to be kept, however writers die', async () => {
  const file = join(folder, 'keys.json');
  writeFileSync(file, '{ "keys": [] }');
  const written: string[] = [];
  for (let round = 0; round < 4; round += 1) {
    const both = ['a', 'b'].map((name) => writeUntilKilled(file, `${name}${round}`, 3 + round));
    written.push(...(await Promise.all(both)).flat());
    const kept = parseKeys(file, readFileSync(file, 'utf8')).map(({ id }) => id);
    expect(written.filter((id) => !kept.includes(id))).toEqual([]);
    // Takes over whatever lock the dead have left; nobody else is there, so no time needs to pass.
    await changeKeys(
      file,
      () => ({ remove: ['nobody'], result: undefined }),
      () => new Promise(setImmediate),
    );
  }
  // A process that died before it could say so may have left its ticket aside; nothing else.
  expect(readdirSync(folder).filter((name) => !/\.lock\.|\.new$/.test(name))).toEqual(['keys.json']);
});
