import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePatch, touchedLines } from '../../../cli/report/touched.ts';
import { folderOf } from '../../support/folder.ts';

describe('L4: lines of the pull request', () => {
  const git = (folder: string, ...args: readonly string[]): void => {
    const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false'];
    execFileSync('git', ['-C', folder, ...identity, ...args], { stdio: 'ignore' });
  };

  function repository(): string {
    const root = folderOf({ 'specs/ü a.yaml': 'a: 1\nb: 2\nc: 3\nd: 4\n', 'other.yaml': 'x: 1\n' });
    git(root, 'init', '-q', '-b', 'main');
    git(root, 'add', '.');
    git(root, 'commit', '-qm', 'base');
    git(root, 'switch', '-qc', 'topic');
    return root;
  }

  it('are those that differ from where the head left the base', () => {
    const root = repository();
    writeFileSync(join(root, 'specs/ü a.yaml'), 'a: 1\nb: 3\nc: 3\nd: 4\ne: 5');
    git(root, 'commit', '-qam', 'topic');
    const touched = touchedLines(root, 'main');
    expect([1, 2, 3, 4, 5].map((line) => touched('specs/ü a.yaml', line, line))).toEqual([false, true, false, false, true]);
    expect(touched('specs/ü a.yaml', 1, 3)).toBe(true);
    expect(touched('other.yaml', 1, 1)).toBe(false);
    expect(touchedLines(join(root, 'specs'), 'main')('ü a.yaml', 2, 2)).toBe(true);
  });

  it('L17: a base that is not there is one clear line', () => {
    const root = repository();
    expect(() => touchedLines(root, 'origin/main')).toThrow('origin/main is no file, folder, branch, tag or commit here');
    const clone = folderOf({});
    writeFileSync(join(root, 'other.yaml'), 'x: 2\n');
    git(root, 'commit', '-qam', 'second');
    git(clone, 'clone', '-q', '--depth', '1', `file://${root}`, '.');
    expect(() => touchedLines(clone, 'main~1')).toThrow('shallow clone');
    expect(() => touchedLines(folderOf({}), 'main')).toThrow('no git repository');
  });

  it('are not taken from content that looks like a header', () => {
    const patch = [
      '--- a/x',
      '+++ b/x',
      '@@ -1,2 +1,2 @@',
      '-- a/y',
      '-old',
      '+++ b/y',
      '+@@ -1 +9 @@',
      '\\ No newline at end of file',
      '@@ -9,0 +10 @@',
      '+z',
      '',
    ];
    expect([...parsePatch(patch.join('\n'))]).toEqual([
      [
        'x',
        [
          [1, 2],
          [10, 10],
        ],
      ],
    ]);
    expect([...parsePatch('+++ "b/a\\"\\303\\244.yaml"\n@@ -3 +2,0 @@\n-x\n').keys()]).toEqual(['a"ä.yaml']);
  });
});
