import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diffSchema } from '../../cli/diff/report/schema.ts';
import { packageRoot } from '../../cli/package-root.ts';
import { type TestFolder, testFolder } from '../support/gw.ts';

/** A document with one finding of spec/param-reserved (warn) and one of spec/status-code (warn) for each path. */
function document(paths: readonly string[], more = ''): string {
  const items = paths.map(
    (path) => `  ${path}:
    get:
      operationId: get${path.replaceAll('/', '_')}
      parameters: [{ name: Accept, in: header, schema: { type: string } }]
      responses: { '2xx': { description: fine, content: { application/json: { schema: { $ref: '#/components/schemas/A' } } } } }
`,
  );
  return `openapi: 3.1.0
info: { title: t, version: '1.0.0' }
servers: [{ url: /v1 }]
security: []
x-gateway: { owner: team, public: open data, upstream: { url: 'http://10.0.0.1' } }
paths:
${items.join('')}components:
  schemas:
    A: { type: object${more} }
`;
}

const rules = ['spec/param-reserved', 'spec/status-code', 'governance/suppression'];
type Finding = { id: string; file: string; suppressed: boolean; pointer?: string; severity: string };

/** Runs `gw lint --format json`, and gives the findings of the rules that this is about. */
async function lint(folder: TestFolder, ...args: readonly string[]) {
  const { code, stdout, stderr } = await folder.gw('lint', '--format', 'json', ...args);
  const report: { findings: Finding[] } = stdout === '' ? { findings: [] } : JSON.parse(stdout);
  const about = report.findings.filter(({ id }) => rules.includes(id));
  const text = (all: readonly Finding[]) =>
    all.map(({ id, pointer = '' }) => `${id} ${pointer.split('/')[2] ?? ''}`.trim()).sort();
  return {
    code,
    stderr,
    fresh: text(about.filter(({ suppressed }) => !suppressed)),
    known: text(about.filter(({ suppressed }) => suppressed)),
  };
}

function git(folder: TestFolder, ...args: readonly string[]): void {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false'];
  execFileSync('git', ['-C', folder.path, ...identity, ...args], { stdio: 'ignore' });
}

describe('L13: baseline', () => {
  it('reports what is new, through insertions and moves; tells and prunes what is gone', async () => {
    using folder = testFolder({ 'a.yaml': document(['/a', '/b']) });
    const write = await lint(folder, 'a.yaml', '--baseline-write', '--fail-on', 'warn');
    expect(write).toMatchObject({ code: 0, fresh: [] });
    expect(write.known).toHaveLength(4);

    folder.write({ 'a.yaml': document(['/new', '/b', '/a']).replace('paths:', `${'# line\n'.repeat(50)}paths:`) });
    const moved = await lint(folder, 'a.yaml', '--baseline', '--fail-on', 'warn');
    expect(moved.code).toBe(1);
    expect(moved.fresh).toEqual(['spec/param-reserved ~1new', 'spec/status-code ~1new']);

    folder.write({ 'a.yaml': document(['/b']) });
    const fixed = await lint(folder, 'a.yaml', '--baseline', '--baseline-strict');
    expect(fixed.code).toBe(1);
    expect([...new Set(fixed.fresh)]).toEqual(['governance/suppression']);
    expect((await lint(folder, 'a.yaml', '--baseline')).code).toBe(0);
    expect((await lint(folder, 'a.yaml', '--baseline-prune')).code).toBe(0);
    expect(await lint(folder, 'a.yaml', '--baseline', '--baseline-strict')).toMatchObject({ code: 0, fresh: [] });
    expect(Object.keys(JSON.parse(readFileSync(join(folder.path, 'gw-baseline.json'), 'utf8')).files)).toEqual(['a.yaml']);
  });

  it('follows a path item into another file', async () => {
    using folder = testFolder({ 'a.yaml': document(['/a', '/b']) });
    await lint(folder, 'a.yaml', '--baseline-write');
    const whole = document(['/a', '/b']);
    const item = /^ {2}\/b:\n((?: {4}.*\n)+)/m.exec(whole)?.[1] ?? '';
    folder.write({
      'a.yaml': whole.replace(item, '    $ref: paths/b.yaml\n'),
      'paths/b.yaml': item.replaceAll(/^ {4}/gm, '').replace("'#/components", "'../a.yaml#/components"),
    });
    const moved = await lint(folder, 'a.yaml', '--baseline', '--baseline-strict');
    expect(moved).toMatchObject({ code: 0, fresh: [] });
    expect(moved.known).toHaveLength(4);
  });

  it('L17: says when there is none, or it is none', async () => {
    using folder = testFolder({ 'a.yaml': document(['/a']), 'b.json': '[]' });
    expect(await lint(folder, 'a.yaml', '--baseline')).toMatchObject({
      code: 2,
      stderr: 'gw: There is no baseline gw-baseline.json. Write it with --baseline-write.\n',
    });
    expect(await lint(folder, 'a.yaml', '--baseline', 'b.json')).toMatchObject({ code: 2 });
  });
});

describe('L15: --changed-since', () => {
  function repository(): TestFolder {
    const folder = testFolder({ 'a.yaml': document(['/a', '/b']), 'b.yaml': document(['/c']) });
    git(folder, 'init', '-q', '-b', 'main');
    git(folder, 'add', '.');
    git(folder, 'commit', '-qm', 'base');
    return folder;
  }

  it('shows findings of operations that changed, by themselves or by what they refer to', async () => {
    using folder = repository();
    expect(await lint(folder, 'a.yaml', 'b.yaml', '--changed-since', 'HEAD')).toMatchObject({ code: 0, fresh: [] });
    folder.write({ 'a.yaml': document(['/a', '/b']).replace('operationId: get_a', 'operationId: getTheA') });
    const own = await lint(folder, 'a.yaml', 'b.yaml', '--changed-since', 'main');
    expect(own.fresh).toEqual(['spec/param-reserved ~1a', 'spec/status-code ~1a']);
    expect(own.stderr).toMatch(/gw: \d+ findings of what has not changed since main left out/);
    folder.write({ 'a.yaml': document(['/a', '/b']), 'b.yaml': document(['/c'], ', minProperties: 1') });
    const shared = await lint(folder, 'a.yaml', 'b.yaml', '--changed-since', 'main');
    expect(shared.fresh).toEqual(['spec/param-reserved ~1c', 'spec/status-code ~1c']);
    folder.write({ 'b.yaml': document(['/c']).replace('public: open data', 'public: open data, timeouts: { total: 3s }') });
    expect((await lint(folder, 'a.yaml', 'b.yaml', '--changed-since', 'main')).fresh).toHaveLength(2);
  });

  it('always shows what is between teams', async () => {
    using folder = repository();
    folder.write({ 'b.yaml': document(['/a']) });
    git(folder, 'commit', '-qam', 'conflict');
    const { stdout, code } = await folder.gw('lint', 'a.yaml', 'b.yaml', '--changed-since', 'HEAD', '--format', 'compact');
    expect(stdout).toContain('merge/route-conflict');
    expect(code).toBe(1);
  });

  it('L17: a base that is missing is one clear line', async () => {
    using folder = repository();
    expect(await lint(folder, 'a.yaml', '--changed-since', 'origin/main')).toMatchObject({
      code: 2,
      stderr:
        'gw: origin/main is no file, folder, branch, tag or commit here. Fetch it first, such as `git fetch origin main`, or name a folder.\n',
    });
    using clone = testFolder({});
    git(folder, 'commit', '--allow-empty', '-qm', 'second');
    git(clone, 'clone', '-q', '--depth', '1', `file://${folder.path}`, '.');
    expect((await lint(clone, 'a.yaml', '--changed-since', 'HEAD~1')).stderr).toMatch(
      /^gw: HEAD~1 is not in this shallow clone\./,
    );
    using bare = testFolder({ 'a.yaml': document(['/a']) });
    expect((await lint(bare, 'a.yaml', '--changed-since', 'main')).stderr).toContain('there is no git repository here');
  });
});

describe('L16: exit codes', () => {
  it('follow --fail-on and --max-warnings', async () => {
    using folder = testFolder({ 'a.yaml': document(['/a']) });
    expect((await lint(folder, 'a.yaml')).code).toBe(0);
    expect((await lint(folder, 'a.yaml', '--fail-on', 'warn')).code).toBe(1);
    expect((await lint(folder, 'a.yaml', '--fail-on', 'warn', '--preset', 'serve')).code).toBe(0);
    expect((await lint(folder, 'a.yaml', '--max-warnings', '0')).code).toBe(1);
    expect((await lint(folder, 'a.yaml', '--max-warnings', '100')).code).toBe(0);
    expect((await lint(folder, 'a.yaml', '--max-warnings', 'many')).code).toBe(2);
    expect((await lint(folder, 'a.yaml', '--fail-on', 'warning')).code).toBe(2);
    folder.write({ 'a.yaml': document(['/a']).replace('get:', 'gets:') });
    expect((await lint(folder, 'a.yaml')).code).toBe(1);
    expect((await lint(folder, 'a.yaml', '--fail-on', 'none')).code).toBe(0);
  });

  it('a syntax error in one document is a finding and does not stop the others', async () => {
    using folder = testFolder({ 'a.yaml': 'openapi: [', 'b.yaml': document(['/b']) });
    const { code, stdout } = await folder.gw('lint', 'a.yaml', 'b.yaml', '--format', 'compact');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^a\.yaml:.*spec\/parse/m);
    expect(stdout).toMatch(/^b\.yaml:.*spec\/status-code/m);
  });
});

describe('L17: never silent success', () => {
  it.each([
    [
      'an unknown rule in gateway.yaml',
      { 'gateway.yaml': 'specs: [a.yaml]\nlint: { rules: { spec/statuscode: warn } }\n' },
      "gw: gateway.yaml:2:18: There is no rule 'spec/statuscode'. Did you mean 'spec/status-code'?",
    ],
    [
      'an unknown rule in x-gw-ignore',
      { 'gateway.yaml': 'specs: [a.yaml]\n', 'a.yaml': `x-gw-ignore: [{ rule: spec/none, reason: r }]\n${document(['/a'])}` },
      "There is no rule 'spec/none', which a.yaml:1 ignores.",
    ],
    ['no document matches', { 'gateway.yaml': 'specs: ["none/*.yaml"]\n' }, 'No document matches'],
  ])('%s', async (_what, files, message) => {
    using folder = testFolder({ 'a.yaml': document(['/a']), ...files });
    const { code, stderr } = await folder.gw('lint');
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('an unknown version of OpenAPI is an error', async () => {
    using folder = testFolder({ 'a.yaml': document(['/a']).replace('3.1.0', '3.3.0') });
    const { code, stdout } = await folder.gw('lint', 'a.yaml', '--format', 'compact');
    expect([code, stdout]).toEqual([1, expect.stringContaining('spec/version')]);
  });
});

describe('L1: several formats in one run', () => {
  it('writes each where it is told, whole, and a folder that is missing', async () => {
    using folder = testFolder({ 'a.yaml': document(['/a']) });
    const { stdout } = await folder.gw(
      'lint',
      'a.yaml',
      '--format',
      'compact',
      '--format',
      'sarif=out/a.sarif',
      '--format',
      'junit=out/junit.xml',
      '--format',
      'gitlab=codequality.json',
    );
    expect(stdout).toMatch(/ in 1 document\n$/);
    const read = (file: string) => readFileSync(join(folder.path, file), 'utf8');
    expect(JSON.parse(read('out/a.sarif')).version).toBe('2.1.0');
    expect(read('out/junit.xml')).toMatch(/<\/testsuites>\n$/);
    expect(JSON.parse(read('codequality.json')).length).toBeGreaterThan(1);
  });
});

describe('L20: --fix', () => {
  it('prints a diff that git takes, then writes, and is done', async () => {
    using folder = testFolder({ 'a.yaml': document(['/a', '/b']), 'b.json': JSON.stringify({ openapi: '3.1.0' }) });
    const dry = await folder.gw('lint', 'a.yaml', '--fix', '--dry-run');
    expect(dry.code).toBe(1);
    expect(dry.stdout).toMatch(/^--- a\/a\.yaml\n\+\+\+ b\/a\.yaml\n@@ -\d+,(\d+) \+\d+,\1 @@\n/);
    expect(readFileSync(join(folder.path, 'a.yaml'), 'utf8')).toBe(document(['/a', '/b']));
    git(folder, 'init', '-q');
    folder.write({ 'fix.patch': dry.stdout });
    git(folder, 'apply', 'fix.patch');
    const applied = readFileSync(join(folder.path, 'a.yaml'), 'utf8');
    expect(applied).toBe(document(['/a', '/b']).replaceAll("'2xx'", "'2XX'"));
    folder.write({ 'a.yaml': document(['/a', '/b']) });
    const fixed = await lint(folder, 'a.yaml', '--fix');
    expect(fixed).toMatchObject({ code: 0, stderr: 'gw: a.yaml: 2 findings mended\n' });
    expect(fixed.fresh).toEqual(['spec/param-reserved ~1a', 'spec/param-reserved ~1b']);
    expect(readFileSync(join(folder.path, 'a.yaml'), 'utf8')).toBe(applied);
    expect(await folder.gw('lint', 'a.yaml', '--fix', '--dry-run')).toMatchObject({ code: 0, stdout: '' });
  });
});

describe('L19: what is checked', () => {
  it('--print-config shows how each rule is set for a document', async () => {
    const gateway = `name: g\nspecs: [a.yaml]\nlint: { preset: strict, rules: { spec/status-code: none }, suppress: [{ rule: spec/parse, where: b.yaml, reason: r }] }\n`;
    using folder = testFolder({ 'a.yaml': document(['/a']), 'b.yaml': document(['/b']), 'gateway.yaml': gateway });
    const { code, stdout } = await folder.gw('lint', '--print-config', 'a.yaml');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      gateway: 'g',
      preset: 'strict',
      rules: { 'spec/status-code': { severity: 'none' }, 'spec/param-reserved': { severity: 'error' } },
      suppress: [{ rule: 'spec/parse', where: 'b.yaml', reason: 'r' }],
    });
    expect(await folder.gw('lint', '--print-config', 'b.yaml')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('No gateway here reads b.yaml'),
    });
  });

  it('rules --json lists every rule with its texts', async () => {
    using folder = testFolder({});
    const all: { id: string; summary: string; why: string; fix: string }[] = JSON.parse(
      (await folder.gw('rules', '--json')).stdout,
    );
    expect(all.length).toBeGreaterThan(50);
    for (const { id, summary, why, fix } of all) expect([id, summary, why, fix].every((text) => text.length > 5)).toBe(true);
  });
});

describe('L22: gw schema', () => {
  it.each([
    [['openapi'], 'openapi.schema.json'],
    [['openapi', '--oas', '3.0'], 'openapi-3.0.schema.json'],
    [['openapi', '--oas', '3.2'], 'openapi-3.2.schema.json'],
    [['config'], 'gateway.schema.json'],
    [['report'], 'report.schema.json'],
  ])('%j prints what editors are given', async (args, file) => {
    using folder = testFolder({});
    const { code, stdout } = await folder.gw('schema', ...args);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(readFileSync(join(packageRoot, 'templates/schemas', file), 'utf8')));
  });

  it('prints the schema of what gw diff says', async () => {
    using folder = testFolder({});
    const { code, stdout } = await folder.gw('schema', 'diff');
    expect({ code, schema: JSON.parse(stdout) }).toEqual({ code: 0, schema: diffSchema() });
  });

  it('says what there is', async () => {
    using folder = testFolder({});
    expect(await folder.gw('schema', 'policy')).toMatchObject({
      code: 2,
      stderr: 'gw: There is no schema policy. Write openapi, config, report or diff.\n',
    });
    expect((await folder.gw('schema', 'openapi', '--oas', '2.0')).code).toBe(2);
  });
});
