/** `gw diff` as a person runs it: commits, folders, documents, built gateways; exit codes. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { defineReviewCommands } from '../../cli/command-line/reviews.ts';
import { exportCommit } from '../../cli/diff/git.ts';
import { runHere } from '../support/command.ts';
import { gwSource, testFolder } from '../support/gw.ts';

const document = (paths: string): string => `openapi: 3.1.0\ninfo: { title: Orders, version: '1' }\npaths:\n${paths}`;
const route = (path: string): string => `  ${path}:\n    get: { responses: { 200: { description: ok } } }\n`;

/** Of a team: whoever calls it is welcome. */
const open = (path: string): string => `${document(route(path))}security: []\nx-gateway: { public: test }\n`;
const gateway = (...files: readonly string[]): string =>
  `specs:\n${files.map((file) => `  - { files: '${file}', owner: one }\n`).join('')}upstreams: { main: { url: http://a.test } }\ndefaults: { upstream: main }\n`;

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

/** `gw diff` in this process; the first test, and those of the environment, start one. */
const diffIn = (path: string, ...args: readonly string[]) => runHere(path, defineReviewCommands, ['diff', ...args]);

describe('gw diff', () => {
  it('compares a commit with the current folder and leaves both as they are', async () => {
    using folder = testFolder({ 'openapi.yaml': document(route('/a')) });
    git(folder.path, 'init', '-q');
    commit(folder.path);
    folder.write({ 'openapi.yaml': document(route('/a') + route('/b')) });
    const before = git(folder.path, 'status', '--porcelain');
    const same = await folder.gw('diff', 'HEAD', 'HEAD');
    expect(same).toMatchObject({ code: 0, stdout: 'HEAD → HEAD: No changes\n' });
    const { code, stdout } = await diffIn(folder.path, 'HEAD', '--format', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      base: 'HEAD',
      verdict: 'pass',
      changes: [{ id: 'route-added', route: 'GET /b', at: { head: { file: 'openapi.yaml', line: 7 } } }],
    });
    expect(git(folder.path, 'status', '--porcelain')).toBe(before);
    folder.write({ 'openapi.yaml': document(route('/c')) });
    const removed = await diffIn(folder.path, 'HEAD');
    expect(removed.code).toBe(1);
    expect(removed.stdout).toContain('GET /a  removed; nothing announced it');
    expect((await diffIn(folder.path, 'HEAD', '--fail-on', 'none')).code).toBe(0);
  });

  it('looks at the same folder of a commit as of the other side', async () => {
    using folder = testFolder({ 'one/openapi.yaml': document(route('/a')), 'two/openapi.yaml': document(route('/x')) });
    git(folder.path, 'init', '-q');
    commit(folder.path);
    expect((await diffIn(folder.path, 'HEAD', 'one')).stdout).toBe('HEAD → one: No changes\n');
    expect((await diffIn(folder.path, 'HEAD', 'one/openapi.yaml')).stdout).toContain('No changes');
    expect((await diffIn(join(folder.path, 'two'), 'HEAD')).stdout).toContain('No changes');
    expect((await diffIn(folder.path, 'HEAD:one', 'HEAD:two')).code).toBe(1);
    using elsewhere = testFolder({});
    expect((await diffIn(elsewhere.path, 'HEAD', join(folder.path, 'one'))).stdout).toContain('No changes');
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
    const unknown = await diffIn(folder.path, 'origin/main');
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toMatch(/^gw: origin\/main is no file, folder, branch, tag or commit here\. .*\n$/);
    expect((await diffIn(folder.path, '--output=x', 'HEAD')).code).toBe(2);
    using clone = testFolder({});
    git(folder.path, 'clone', '-q', '--depth', '1', `file://${folder.path}`, join(clone.path, 'shallow'));
    const shallow = await diffIn(join(clone.path, 'shallow'), 'HEAD~1');
    expect(shallow).toMatchObject({ code: 2, stdout: '' });
    expect(shallow.stderr).toMatch(/^gw: HEAD~1 is not in this shallow clone\. .*fetch-depth: 0.*\n$/);
    const nowhereElse = [
      [''],
      ['HEAD', ''],
      ['HEAD:nowhere'],
      ['HEAD:../..'],
      ['nothing', 'openapi.yaml'],
      ['HEAD', '--config-from', '--upload-pack=x'],
      ['--', '--upload-pack=x'],
      ['a tag with spaces'],
    ];
    for (const sides of nowhereElse) {
      const { code, stdout, stderr } = await diffIn(folder.path, ...sides);
      expect([code, stdout, stderr.split('\n').length], sides.join(' ')).toEqual([2, '', 2]);
    }
    const wrong = await diffIn(folder.path, 'HEAD', '--fail-on', 'everything');
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect((await diffIn(folder.path, 'HEAD', '--format', 'pdf')).code).toBe(2);
    expect((await diffIn(folder.path)).code).toBe(2);
    rmSync(join(folder.path, 'openapi.yaml'));
    expect(await diffIn(folder.path, 'HEAD')).toMatchObject({ code: 2, stdout: '' });
  });

  it('compares with a built gateway', async () => {
    using folder = testFolder({ 'openapi.yaml': document(route('/a')) });
    const built = await folder.gw('build', 'openapi.yaml', '--upstream', 'http://127.0.0.1:9', '-o', 'dist', '--auth', 'none');
    expect(built.code).toBe(0);
    folder.write({ 'openapi.yaml': document(route('/a') + route('/b')) });
    const { code, stdout } = await diffIn(folder.path, 'dist', 'openapi.yaml');
    expect(stdout).toContain('GET /b  new');
    expect(stdout).not.toContain('GET /a');
    expect(code).toBe(0);
  });

  it('LC-6: tells of a deployed gateway what goes before its day, and nothing of what is as it was', async () => {
    const operation = (more: string): string => `{ get: { ${more} responses: { "200": { description: Fine } } } }`;
    const lifecycle = (sunset: string): string => `deprecated: true, x-gateway: { lifecycle: { sunset: ${sunset} } },`;
    const api = (version: string, more: string): string =>
      `openapi: 3.1.1
info: { title: Orders ${version}, version: "${version}" }
x-gateway: { owner: team-orders, upstream: orders }
security: [{ key: [] }]
components: { securitySchemes: { key: { type: apiKey, in: header, name: X-API-Key } } }
paths:
  /orders: ${operation(`operationId: list${version}, x-gateway: { version: { name: "${version}", by: "header:X-API-Version" } },`)}
${more}`;
    const ends = `  /ends: ${operation(lifecycle('2126-03-15'))}\n`;
    const ended = `  /ended: ${operation(lifecycle('2020-03-15'))}\n`;
    using folder = testFolder({
      '1.yaml': api('1', `${ends}${ended}  /used: ${operation('')}\n`),
      '2.yaml': api('2', ''),
      'gateway.yaml': [
        'specs: [1.yaml, 2.yaml]',
        'upstreams: { orders: { url: "http://127.0.0.1:9" } }',
        'security: { key: { type: apiKey, keys: "file:keys.json" } }',
        'teams: { team-orders: {} }',
      ].join('\n'),
    });
    expect((await folder.gw('build')).code).toBe(0);
    const now = ['--now', '2026-11-23', '--fail-on', 'breaking'];
    const same = await folder.gw('diff', 'dist/gateway.mjs', '.', ...now);
    expect(same).toMatchObject({ code: 0, stdout: expect.stringMatching(/^dist\/gateway\.mjs → \.: No changes\n/) });
    folder.write({ '1.yaml': api('1', ends) });
    const removed = await folder.gw('diff', 'dist/gateway.mjs', '.', ...now);
    expect(removed).toMatchObject({ code: 1, stdout: expect.stringContaining('GET /used  removed; nothing announced it') });
    expect(removed.stdout).toContain('GET /ended  removed; its sunset was 2020-03-15');
    folder.write({ '1.yaml': api('1', `${ends.replace('2126', '2027')}${ended}  /used: ${operation('')}\n`) });
    const earlier = await folder.gw('diff', 'dist/gateway.mjs', '.', ...now);
    expect(earlier).toMatchObject({ code: 1, stdout: expect.stringContaining('GET /ends  sunset: 2126-03-15 → 2027-03-15') });
  });

  it('reads links and submodules of a commit, and nothing that they lead to outside', async () => {
    using other = testFolder({ 's.yaml': open('/s') });
    git(other.path, 'init', '-q');
    commit(other.path);
    using folder = testFolder({ 'specs/a.yaml': open('/a'), 'gateway.yaml': gateway('linked/a.yaml', 'sub/s.yaml') });
    git(folder.path, 'init', '-q');
    git(folder.path, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', other.path, 'sub');
    symlinkSync('specs', join(folder.path, 'linked'));
    symlinkSync(other.path, join(folder.path, 'outside'));
    commit(folder.path);
    expect(await diffIn(folder.path, 'HEAD')).toMatchObject({ code: 0, stdout: 'HEAD → .: No changes\n' });
    folder.write({ 'gateway.yaml': gateway('outside/s.yaml') });
    commit(folder.path);
    const { code, stdout, stderr } = await diffIn(folder.path, 'HEAD~1', 'HEAD');
    expect([code, stdout, stderr.split('\n').length]).toEqual([2, '', 2]);
    expect(stderr).toMatch(/^gw: HEAD: /);
  });

  it('says which submodule is not here where its documents are wanted, and not otherwise', async () => {
    using other = testFolder({ 's.yaml': open('/s') });
    git(other.path, 'init', '-q');
    commit(other.path);
    using folder = testFolder({ 'specs/a.yaml': open('/a'), 'gateway.yaml': gateway('specs/*.yaml') });
    git(folder.path, 'init', '-q');
    git(folder.path, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', other.path, 'sub');
    commit(folder.path);
    folder.write({ 'gateway.yaml': gateway('specs/*.yaml', 'sub/*.yaml') });
    commit(folder.path);
    using clone = testFolder({});
    const path = join(clone.path, 'clone');
    git(clone.path, 'clone', '-q', folder.path, path);
    expect(await diffIn(path, 'HEAD~1', 'HEAD~1')).toMatchObject({ code: 0 });
    const wanted = await diffIn(path, 'HEAD', '.');
    expect([wanted.code, wanted.stdout]).toEqual([2, '']);
    expect(wanted.stderr).toMatch(
      /^gw: HEAD: Documents are wanted of the submodule sub, which is not here at that commit\. Run `git submodule .*\n$/,
    );
    rmSync(join(path, 'gateway.yaml'));
    git(path, 'rm', '-q', 'gateway.yaml');
    commit(path);
    expect((await diffIn(path, 'HEAD', 'HEAD')).stderr).toMatch(/^gw: HEAD: Documents are wanted of the submodule sub,/);
    expect((await diffIn(path, 'HEAD:specs', 'HEAD:specs')).code).toBe(0);
  });

  it('compares nothing with a base of a version that it does not read', async () => {
    using folder = testFolder({ 'openapi.yaml': document(route('/a')).replace('3.1.0', '4.0.0') });
    git(folder.path, 'init', '-q');
    commit(folder.path);
    folder.write({ 'openapi.yaml': `swagger: '2.0'\n${document(route('/a')).replace(/^openapi.*\n/, '')}` });
    commit(folder.path);
    folder.write({ 'openapi.yaml': document(route('/a')) });
    for (const [base, said] of [
      ['HEAD', 'This is Swagger 2.0'],
      ['HEAD~1', 'The version 4.0.0 is none that gw reads'],
    ] as const) {
      const { code, stdout, stderr } = await diffIn(folder.path, base);
      expect([code, stdout, stderr.split('\n').length]).toEqual([2, '', 2]);
      expect(stderr).toMatch(new RegExp(`^gw: ${base}: openapi\\.yaml:1: ${said}`));
    }
    const head = await diffIn(folder.path, '.', 'HEAD');
    expect(head.code).toBe(1);
    expect(head.stdout).toContain('HEAD cannot be built');
    expect(head.stdout).toContain('1 route of openapi.yaml is not compared: it cannot be read');
    expect(head.stdout).not.toContain('removed');
  });

  it('writes nothing outside for a commit that names a link as a folder', () => {
    using outside = testFolder({});
    using folder = testFolder({ 'a.yaml': 'x', 'target.txt': outside.path });
    git(folder.path, 'init', '-q');
    commit(folder.path);
    const id = (object: string): string => git(folder.path, 'rev-parse', object).trim();
    const tree = (...lines: readonly string[]): string =>
      execFileSync('git', ['-C', folder.path, 'mktree'], { input: `${lines.join('\n')}\n`, encoding: 'utf8' }).trim();
    const inner = tree(`100644 blob ${id('HEAD:a.yaml')}\tevil.yaml`);
    const crafted = tree(`120000 blob ${id('HEAD:target.txt')}\tlink`, `040000 tree ${inner}\tlink`);
    using copy = testFolder({});
    const made = git(folder.path, 'commit-tree', '-m', 'x', crafted).trim();
    expect(() => exportCommit(folder.path, made, copy.path)).toThrow('names link twice');
    expect(readdirSync(outside.path)).toEqual([]);
  });

  it('says so when git is missing, when it trusts nobody here, and when a manifest is of another gw', async () => {
    using folder = testFolder({ 'openapi.yaml': document(route('/a')) });
    git(folder.path, 'init', '-q');
    commit(folder.path);
    const withEnv = (env: Readonly<Record<string, string>>) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [gwSource, 'diff', 'HEAD'], {
        cwd: folder.path,
        env: { ...process.env, CI: '1', NO_COLOR: '1', ...env },
        encoding: 'utf8',
      });
      return { status, stdout, stderr };
    };
    expect(withEnv({ PATH: dirname(process.execPath) })).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/^gw: HEAD is no file or folder, and git is not installed\. .*\n$/),
    });
    expect(withEnv({ GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' })).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^gw: git does not trust this repository: it belongs to another user\. .*safe\.directory.*\n$/,
      ),
    });
    folder.write({ 'built/manifest.json': JSON.stringify({ gw: '9.9.9', name: 'shop', routes: [{ method: 'GET' }] }) });
    const { code, stdout, stderr } = await diffIn(folder.path, 'built/manifest.json', 'openapi.yaml');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^gw: .*manifest\.json was written by gw 9\.9\.9, whose routes this gw .* does not know\. .*\n$/);
  });

  it('takes a base without documents for one that everything is added to, and compares in a bare repository', async () => {
    using folder = testFolder({ 'gateway.yaml': gateway('specs/*.yaml') });
    git(folder.path, 'init', '-q');
    commit(folder.path);
    folder.write({ 'specs/a.yaml': open('/a') });
    const first = await diffIn(folder.path, 'HEAD');
    expect(first.stdout).toContain('HEAD: No document matches the specs of gateway.yaml: everything counts as added');
    commit(folder.path);
    expect((await diffIn(folder.path, 'HEAD', 'HEAD~1')).code).toBe(2);
    using bare = testFolder({});
    git(folder.path, 'clone', '-q', '--bare', folder.path, join(bare.path, 'bare.git'));
    const there = await diffIn(join(bare.path, 'bare.git'), 'main', 'main');
    expect(there).toMatchObject({ code: 0, stdout: 'main → main: No changes\n' });
  });

  it('C3: says the same in the step summary, in the comment and in the outputs', async () => {
    using folder = testFolder({ 'a.yaml': document(route('/a')), 'b.yaml': document(route('/b')) });
    const [summary, output, comment] = ['summary.md', 'outputs', 'comment.md'].map((file) => join(folder.path, file));
    vi.stubEnv('GITHUB_STEP_SUMMARY', summary);
    vi.stubEnv('GITHUB_OUTPUT', output);
    vi.stubEnv('GITHUB_SERVER_URL', 'https://github.com');
    vi.stubEnv('GITHUB_REPOSITORY', 'acme/apis');
    vi.stubEnv('GITHUB_SHA', 'abc123');
    try {
      const { code, stdout } = await diffIn(
        folder.path,
        'a.yaml',
        'b.yaml',
        '--format',
        'github',
        '--format',
        'markdown=comment.md',
      );
      expect([code, stdout.startsWith('::error file=a.yaml,')]).toEqual([1, true]);
    } finally {
      vi.unstubAllEnvs();
    }
    const written = readFileSync(comment ?? '', 'utf8');
    expect(written).toContain('https://github.com/acme/apis/blob/abc123/b.yaml#L5');
    expect(readFileSync(summary ?? '', 'utf8')).toBe(written);
    expect(readFileSync(output ?? '', 'utf8')).toContain('verdict=fail\n');
  });

  it('D14: compares with a broken base as far as it can be read; a broken head fails', async () => {
    using folder = testFolder({
      'good.yaml': document(route('/a')),
      'bad.yaml': document(`${route('/a')}  /b/{x:\n    get: { responses: { 200: { description: ok } } }\n`),
    });
    const base = await diffIn(folder.path, 'bad.yaml', 'good.yaml');
    expect(base.code).toBe(0);
    expect(base.stdout).toContain('bad.yaml has errors; what they concern may be missing from it');
    const head = await diffIn(folder.path, 'good.yaml', 'bad.yaml');
    expect(head.code).toBe(1);
    expect(head.stdout).toContain('bad.yaml cannot be built');
  });
});

function commitAgain(folder: { readonly path: string; write(files: Readonly<Record<string, string>>): void }): void {
  folder.write({ 'openapi.yaml': document(route('/a') + route('/again')) });
  commit(folder.path);
}
