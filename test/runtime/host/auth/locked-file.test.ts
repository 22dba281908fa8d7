import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changeFile } from '../../../../runtime/host/auth/locked-file.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gw-lock-'));
  file = join(folder, 'keys.json');
  writeFileSync(file, '0');
});
afterEach(() => rmSync(folder, { recursive: true }));

let pauses = 0;
const pause = async (): Promise<void> => {
  pauses += 1;
  await new Promise(setImmediate);
};
const increment = (text: string): string => String(Number(text) + 1);

describe('changeFile', () => {
  it('lets one after the other in', async () => {
    // Pauses as in use: without them a holder whose disk is slow is taken for dead.
    await Promise.all(Array.from({ length: 20 }, () => changeFile(file, increment, (ms) => setTimeout(ms))));
    expect(readFileSync(file, 'utf8')).toBe('20');
    expect(readdirSync(folder)).toEqual(['keys.json']);
  });

  it('is for nobody else to read, and leaves a link a link', async () => {
    const link = join(folder, 'link.json');
    symlinkSync(file, link);
    await changeFile(link, increment, pause);
    expect([readFileSync(file, 'utf8'), lstatSync(link).isSymbolicLink(), statSync(file).mode & 0o777]).toEqual([
      '1',
      true,
      0o600,
    ]);
  });

  it('leaves nothing behind when the change fails, or there is none', async () => {
    await expect(changeFile(file, () => assertNever(), pause)).rejects.toThrow('no');
    await changeFile(file, () => undefined, pause);
    expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual(['0', ['keys.json']]);
  });

  it('takes over from somebody who is gone, with the draft that he left', async () => {
    writeFileSync(`${file}.lock`, '77 00ff');
    writeFileSync(`${file}.77-00ff.new`, 'half');
    pauses = 0;
    await changeFile(file, increment, pause);
    expect([readFileSync(file, 'utf8'), readdirSync(folder), pauses]).toEqual(['1', ['keys.json'], 120]);
  });

  it('waits for those who go on, and gives up in the end', async () => {
    let holder = 0;
    const busy = async (): Promise<void> => writeFileSync(`${file}.lock`, `1 ${holder++}`);
    await busy();
    await expect(changeFile(file, increment, busy)).rejects.toThrow('is locked by others');
    expect(readFileSync(file, 'utf8')).toBe('0');
  });

  it('writes nothing when it was taken for dead', async () => {
    const lost = (text: string): string => {
      writeFileSync(`${file}.lock`, 'somebody else');
      return increment(text);
    };
    await expect(changeFile(file, lost, pause)).rejects.toThrow('was lost');
    expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual(['0', ['keys.json', 'keys.json.lock']]);
  });
});

function assertNever(): never {
  throw new Error('no');
}
