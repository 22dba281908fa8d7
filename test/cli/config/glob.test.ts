import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expandGlob } from '../../../cli/config/glob.ts';
import { folderOf } from '../../support/folder.ts';

const files = [
  'a.yaml',
  'b.json',
  'x/a.yaml',
  'x/y/a.yaml',
  'x/y/b.yaml',
  '.hidden/a.yaml',
  'node_modules/m/a.yaml',
  'x/[z].yaml',
  'x/{q}.yaml',
];

describe('expandGlob', () => {
  const root = () => folderOf(Object.fromEntries(files.map((file) => [file, ''])));

  it.each([
    ['', 'a.yaml', ['a.yaml']],
    ['', '*.yaml', ['a.yaml']],
    ['', '{b.json,a.yaml}', ['a.yaml', 'b.json']],
    ['', '{x/{a,y/b},a}.yaml', ['a.yaml', 'x/a.yaml', 'x/y/b.yaml']],
    ['', '**/*.yaml', ['a.yaml', 'x/[z].yaml', 'x/a.yaml', 'x/y/a.yaml', 'x/y/b.yaml', 'x/{q}.yaml']],
    ['', '**/a.yaml', ['a.yaml', 'x/a.yaml', 'x/y/a.yaml']],
    ['', 'x/**', ['x/[z].yaml', 'x/a.yaml', 'x/y/a.yaml', 'x/y/b.yaml', 'x/{q}.yaml']],
    ['', '?.*', ['a.yaml', 'b.json']],
    ['', 'x/[z].yaml', ['x/[z].yaml']],
    ['', '.hidden/*.yaml', ['.hidden/a.yaml']],
    ['', 'none', []],
    ['', 'none/*', []],
    ['', 'x', []],
    ['x', 'a.yaml', ['x/a.yaml']],
    ['x/y', '../{a,../a}.yaml', ['a.yaml', 'x/a.yaml']],
    ['x', './y/../a.yaml', ['x/a.yaml']],
  ])('in %j finds %s', (folder, pattern, expected) => expect(expandGlob(root(), folder, pattern)).toEqual(expected));

  it.each(['../a.yaml', 'x/../../a.yaml', '/etc/passwd', '{a,../../b}.yaml'])('does not leave the root for %s', (pattern) => {
    expect(expandGlob(root(), '', pattern)).toBeUndefined();
  });

  it('follows no link to a folder, so that no circle is endless', () => {
    const folder = root();
    symlinkSync(folder, join(folder, 'x', 'loop'));
    expect(expandGlob(folder, '', '**/b.json')).toEqual(['b.json']);
  });

  it('stops at a thousand alternatives', () => {
    expect(expandGlob(root(), '', '{a,b}'.repeat(40))).toEqual([]);
  });
});
