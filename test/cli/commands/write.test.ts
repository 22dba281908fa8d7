import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { differences, writeOutput } from '../../../cli/commands/write.ts';
import { testFolder } from '../../support/gw.ts';

const files = new Map([
  ['a.json', '1'],
  ['b.mjs', '2'],
]);

describe('writeOutput', () => {
  it('writes into folders that are not there yet, and leaves nothing beside them', () => {
    using folder = testFolder({});
    writeOutput(join(folder.path, 'x', 'dist'), files);
    expect(readdirSync(join(folder.path, 'x'))).toEqual(['dist']);
    expect(differences(join(folder.path, 'x', 'dist'), files)).toEqual([]);
  });

  it('keeps what else is in the folder', () => {
    using folder = testFolder({ 'dist/own.txt': 'mine', 'dist/a.json': 'old' });
    writeOutput(join(folder.path, 'dist'), files);
    expect(readFileSync(join(folder.path, 'dist', 'own.txt'), 'utf8')).toBe('mine');
    expect(readFileSync(join(folder.path, 'dist', 'a.json'), 'utf8')).toBe('1');
  });

  it('says in one line that it cannot, and leaves nothing', () => {
    using folder = testFolder({ file: '' });
    expect(() => writeOutput(join(folder.path, 'file'), files)).toThrow(/file cannot be written/);
    expect(() => writeOutput(join(folder.path, 'file', 'below'), files)).toThrow(/below cannot be written/);
    expect(readdirSync(folder.path)).toEqual(['file']);
  });

  it('names what differs', () => {
    using folder = testFolder({});
    writeOutput(folder.path, files);
    writeFileSync(join(folder.path, 'b.mjs'), '3');
    expect(differences(folder.path, files)).toEqual(['b.mjs']);
    expect(differences(join(folder.path, 'nowhere'), files)).toEqual(['a.json', 'b.mjs']);
    expect(existsSync(join(folder.path, 'nowhere'))).toBe(false);
  });
});
