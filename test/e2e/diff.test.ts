/** `gw diff` as a person runs it: commits, folders, documents, built gateways; exit codes. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runGw, testFolder } from '../support/gw.ts';

const document = (paths: string): string => `openapi: 3.1.0\ninfo: { title: Orders, version: '1' }\npaths:\n${paths}`;
const route = (path: string): string => `  ${path}:\n    get: { responses: { 200: { description: ok } } }\n`;

function git(folder: string, ...args: readonly string[]): string {
  const config = [
    '-c',
    'user.name=t',
    '-c',
    'user.email=t@example.com',
    '-c',
    'commit.gpgsign=false',
    '-c',
    'init.defaultBranch=main',
  ];
  return execFileSync('git', ['-C', folder, ...config, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

function commit(folder: string): void {
  git(folder, 'add', '-A');
  git(folder, 'commit', '-q', '--no-verify', '-m', 'x');
}

describe('gw diff', () => {
  it('compares a commit with the current folder and leaves both as they are', async () => {
    using folder = testFolder({ 'openapi.yaml': document(route('/a')) });
    git(folder.path, 'init', '-q');
    commit(folder.path);
    folder.write({ 'openapi.yaml': document(route('/a') + route('/b')) });
    const before = git(folder.path, 'status', '--porcelain');
    const same = await folder.gw('diff', 'HEAD', 'HEAD');
    expect(same).toMatchObject({ code: 0, stdout: 'HEAD → HEAD: No changes\n' });
    const { code, stdout } = await folder.gw('diff', 'HEAD', '--format', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      base: 'HEAD',
      verdict: 'pass',
      changes: [{ id: 'route-added', route: 'GET /b', at: { head: { file: 'openapi.yaml', line: 7 } } }],
    });
    expect(git(folder.path, 'status', '--porcelain')).toBe(before);
    folder.write({ 'openapi.yaml': document(route('/c')) });
    const removed = await folder.gw('diff', 'HEAD');
    expect(removed.code).toBe(1);
    expect(removed.stdout).toContain('GET /a  removed; nothing announced it');
    expect((await folder.gw('diff', 'HEAD', '--fail-on', 'none')).code).toBe(0);
  });

  it('looks at the same folder of a commit as of the other side', async () => {
    using folder = testFolder({ 'one/openapi.yaml': document(route('/a')), 'two/openapi.yaml': document(route('/x')) });
    git(folder.path, 'init', '-q');
    commit(folder.path);
    expect((await folder.gw('diff', 'HEAD', 'one')).stdout).toBe('HEAD → one: No changes\n');
    expect((await folder.gw('diff', 'HEAD', 'one/openapi.yaml')).stdout).toContain('No changes');
    expect((await runGw(join(folder.path, 'two'), ['diff', 'HEAD'])).stdout).toContain('No changes');
    expect((await folder.gw('diff', 'HEAD:one', 'HEAD:two')).code).toBe(1);
    using elsewhere = testFolder({});
    expect((await runGw(elsewhere.path, ['diff', 'HEAD', join(folder.path, 'one')])).stdout).toContain('No changes');
  });

  it('says in one line what is missing, with exit code 2', async () => {
    using folder = testFolder({ 'openapi.yaml': document(route('/a')) });
    const nowhere = await folder.gw('diff', 'main');
    expect(nowhere).toMatchObject({ code: 2, stdout: '' });
    expect(nowhere.stderr).toMatch(/^gw: main is no file or folder, and there is no git repository here\. .*\n$/);
    git(folder.path, 'init', '-q');
    commit(folder.path);
    commitAgain(folder);
    folder.write({ 'nothing/readme.txt': 'x' });
    const unknown = await folder.gw('diff', 'origin/main');
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toMatch(/^gw: origin\/main is no file, folder, branch, tag or commit here\. .*\n$/);
    expect((await folder.gw('diff', '--output=x', 'HEAD')).code).toBe(2);
    using clone = testFolder({});
    git(folder.path, 'clone', '-q', '--depth', '1', `file://${folder.path}`, join(clone.path, 'shallow'));
    const shallow = await runGw(join(clone.path, 'shallow'), ['diff', 'HEAD~1']);
    expect(shallow).toMatchObject({ code: 2, stdout: '' });
    expect(shallow.stderr).toMatch(/^gw: HEAD~1 is not in this shallow clone\. .*fetch-depth: 0.*\n$/);
    for (const sides of [
      [''],
      ['HEAD', ''],
      ['HEAD:nowhere'],
      ['HEAD:../..'],
      ['nothing', 'openapi.yaml'],
      ['HEAD', '--config-from', '--upload-pack=x'],
      ['--', '--upload-pack=x'],
    ]) {
      const { code, stdout, stderr } = await folder.gw('diff', ...sides);
      expect([code, stdout, stderr.split('\n').length], sides.join(' ')).toEqual([2, '', 2]);
    }
    const wrong = await folder.gw('diff', 'HEAD', '--fail-on', 'everything');
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect((await folder.gw('diff', 'HEAD', '--format', 'pdf')).code).toBe(2);
    expect((await folder.gw('diff')).code).toBe(2);
    rmSync(join(folder.path, 'openapi.yaml'));
    expect(await folder.gw('diff', 'HEAD')).toMatchObject({ code: 2, stdout: '' });
  });

  it('compares with a built gateway', async () => {
    using folder = testFolder({ 'openapi.yaml': document(route('/a')) });
    const built = await folder.gw('build', 'openapi.yaml', '--upstream', 'http://127.0.0.1:9', '-o', 'dist', '--auth', 'none');
    expect(built.code).toBe(0);
    folder.write({ 'openapi.yaml': document(route('/a') + route('/b')) });
    const { code, stdout } = await folder.gw('diff', 'dist', 'openapi.yaml');
    expect(stdout).toContain('GET /b  new');
    expect(stdout).not.toContain('GET /a');
    expect(code).toBe(0);
  });

  it('D14: compares with a broken base as far as it can be read; a broken head fails', async () => {
    using folder = testFolder({
      'good.yaml': document(route('/a')),
      'bad.yaml': document(`${route('/a')}  /b/{x:\n    get: { responses: { 200: { description: ok } } }\n`),
    });
    const base = await folder.gw('diff', 'bad.yaml', 'good.yaml');
    expect(base.code).toBe(0);
    expect(base.stdout).toContain('bad.yaml has errors; what they concern may be missing from it');
    const head = await folder.gw('diff', 'good.yaml', 'bad.yaml');
    expect(head.code).toBe(1);
    expect(head.stdout).toContain('bad.yaml cannot be built');
  });
});

function commitAgain(folder: { readonly path: string; write(files: Readonly<Record<string, string>>): void }): void {
  folder.write({ 'openapi.yaml': document(route('/a') + route('/again')) });
  commit(folder.path);
}
