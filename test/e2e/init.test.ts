import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { gwSource, type TestFolder, testFolder } from '../support/gw.ts';

/** What a shell step of a workflow of the repository runs. */
function stepOf(folder: TestFolder, workflow: string, name: string): string {
  const { jobs } = parse(readFileSync(join(folder.path, '.github/workflows', workflow), 'utf8'));
  const steps: readonly { readonly name?: string; readonly run?: string }[] = Object.values<{ steps: [] }>(jobs).flatMap(
    ({ steps }) => steps,
  );
  const run = steps.find((step) => step.name === name)?.run;
  if (run === undefined) throw new Error(`${workflow} has no step ${name}`);
  return run;
}

/** Runs a command as the step of a workflow runs. */
function shell(folder: TestFolder, command: string, environment: Readonly<Record<string, string>> = {}): string {
  const path = `${dirname(process.execPath)}:${process.env.PATH}`;
  const env = {
    ...process.env,
    CI: '1',
    NO_COLOR: '1',
    PATH: path,
    GITHUB_STEP_SUMMARY: join(folder.path, '.summary'),
    ...environment,
  };
  const { status, stdout, stderr } = spawnSync('bash', ['-eo', 'pipefail', '-c', command], {
    cwd: folder.path,
    env,
    encoding: 'utf8',
  });
  return `${status}\n${stdout}${stderr}`;
}

describe('gw init', () => {
  let folder: TestFolder;
  beforeAll(async () => {
    folder = testFolder({});
    expect(await folder.gw('init', '.')).toMatchObject({ code: 0, stderr: '' });
    // What `npm install` would put there.
    mkdirSync(join(folder.path, 'node_modules/.bin'), { recursive: true });
    const bin = join(folder.path, 'node_modules/.bin/gw');
    writeFileSync(bin, `#!/bin/sh\nexec "${process.execPath}" "${gwSource}" "$@"\n`);
    chmodSync(bin, 0o755);
    shell(folder, 'git init -q -b main && git add -A && git -c user.name=a -c user.email=a@example.com commit -qm begin');
  });
  afterAll(() => folder[Symbol.dispose]());

  it.each(['recommended', 'strict'])('writes documents without findings (%s)', async (preset) => {
    const { code, stdout } = await folder.gw('lint', '--preset', preset, '--format', 'json');
    expect([code, JSON.parse(stdout).findings]).toEqual([0, []]);
  });

  it('writes the CODEOWNERS that its teams make', async () => {
    const { stdout } = await folder.gw('owners', '--codeowners', '--platform', '@acme/platform');
    expect(stdout).toBe(readFileSync(join(folder.path, 'CODEOWNERS'), 'utf8'));
    expect(stdout).toMatch(/^\* .*@acme\/platform\n\/teams\/catalog\/ .*@acme\/catalog\n\/teams\/orders\/ .*@acme\/orders\n$/m);
  });

  it('refuses to replace what is there, in one line, unless told to', async () => {
    const file = join(folder.path, 'gateway.yaml');
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, `${before}# changed\n`);
    const { code, stderr } = await folder.gw('init', '.');
    expect([code, stderr.split('\n').length]).toEqual([2, 2]);
    expect(stderr).toContain('Nothing was written. Give --force');
    expect(readFileSync(file, 'utf8')).toContain('# changed');
    expect((await folder.gw('init', '.', '--force')).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('passes the steps of its own check', () => {
    for (const step of ['Lint', 'Build', 'CODEOWNERS is what gateway.yaml says']) {
      expect(shell(folder, stepOf(folder, 'gw-check.yml', step), { BASE: 'HEAD' }), step).toMatch(/^0\n/);
    }
    expect(shell(folder, stepOf(folder, 'gw-deploy.yml', 'Build'), { GITHUB_OUTPUT: join(folder.path, '.output') })).toMatch(
      /^0\n/,
    );
  });

  it('A4: compares what it built with what is deployed, and stops for what takes requests of another team', () => {
    const compare = stepOf(folder, 'gw-deploy.yml', 'Compare with what is deployed');
    const deployed = { DEPLOYED: `file://${join(folder.path, 'dist/manifest.json')}` };
    expect(shell(folder, compare, deployed)).toMatch(/^0\n[\s\S]*No changes/);
    const older = join(folder.path, 'older.json');
    const manifest = JSON.parse(readFileSync(join(folder.path, 'dist/manifest.json'), 'utf8'));
    const [route] = manifest.routes;
    // Another team served all of what is the new route's now.
    const segments = route.segments.map((one: unknown, index: number) => (index === 1 ? { kind: 'parameter' } : one));
    const other = { ...route, segments, parameterNames: ['any', ...route.parameterNames], owner: 'others' };
    writeFileSync(older, JSON.stringify({ ...manifest, routes: [other] }));
    expect(shell(folder, compare, { DEPLOYED: `file://${older}` })).toMatch(/^1\n[\s\S]*others/);
    expect(shell(folder, compare, { DEPLOYED: `file://${join(folder.path, 'nowhere.json')}` })).not.toMatch(/^0\n/);
  });

  it('says what a change does, as the comment under its pull request', () => {
    const file = join(folder.path, 'teams/orders/openapi.yaml');
    const before = readFileSync(file, 'utf8');
    const compare = stepOf(folder, 'gw-check.yml', 'Compare with the base');
    try {
      expect(shell(folder, compare, { BASE: 'HEAD' })).toMatch(/^0\n/);
      writeFileSync(file, before.replace('requests: 30', 'requests: 3000'));
      const output = join(folder.path, '.outputs-of-diff');
      expect(shell(folder, compare, { BASE: 'HEAD', GITHUB_OUTPUT: output })).toMatch(/^1\n/);
      expect(readFileSync(output, 'utf8')).toBe(
        'verdict=fail\nweakened=1\nbreaking=0\nconflicts=0\nroutes-added=0\nroutes-removed=0\nreport-json=gw-report.json\ncomment-md=gw-comment.md\n',
      );
      const comment = readFileSync(join(folder.path, 'gw-comment.md'), 'utf8');
      const { MARKER } = parse(readFileSync(join(folder.path, '.github/workflows/gw-comment.yml'), 'utf8')).jobs.comment.env;
      expect(comment.split('\n', 1)[0]).toContain(MARKER);
      expect(comment).toContain('/v1/orders');
      expect(JSON.parse(readFileSync(join(folder.path, 'gw-report.json'), 'utf8'))).toBeTypeOf('object');
    } finally {
      writeFileSync(file, before);
    }
  });

  it('A3: a pull request cannot loosen its own gate', () => {
    const file = join(folder.path, 'gateway.yaml');
    const before = readFileSync(file, 'utf8');
    try {
      const [open = ''] = before.split('# Proved for every route');
      writeFileSync(file, open.replace('total: 10s', 'total: 50s'));
      expect(shell(folder, 'npx --no-install gw build -o dist')).toMatch(/^0\n/);
      for (const step of ['Build', 'Compare with the base'])
        expect(shell(folder, stepOf(folder, 'gw-check.yml', step), { BASE: 'HEAD' }), step).toMatch(
          /^1\n[\s\S]*The guardrail every-route-has-a-deadline wants timeouts\.total at most/,
        );
    } finally {
      writeFileSync(file, before);
    }
  });

  it('serves as it is written', async () => {
    const environment = { PORT: '0', HOST: '127.0.0.1', GW_THREADS: '1' };
    const child = folder.startGw(['serve', '--mock'], environment);
    const url = await new Promise<string>((resolve, reject) => {
      let said = '';
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        const found = /serving (http:\S+)/.exec(said);
        if (found !== null) resolve(found[1] ?? '');
      });
      child.once('exit', () => reject(new Error(said)));
    });
    try {
      expect(await (await fetch(`${url}/v1/products/tea-42`)).json()).toEqual({ id: 'tea-42', name: 'Green tea', price: '4.90' });
      expect((await fetch(`${url}/v1/orders`, { method: 'POST', body: '{}' })).status).toBe(400);
    } finally {
      child.kill('SIGINT');
    }
  });

  it('leaves workflows out that are not wanted', async () => {
    using other = testFolder({});
    expect((await other.gw('init', 'sub/gateway', '--ci', 'gitlab')).code).toBe(0);
    expect(shell(other, 'find . -type f | sort | grep -E "git|vscode"')).toBe(
      '0\n./sub/gateway/.gitignore\n./sub/gateway/.gitlab-ci.yml\n./sub/gateway/.vscode/settings.json\n',
    );
  });
});

describe('the commands of the templates', () => {
  it('are known with every option', async () => {
    using folder = testFolder({});
    await folder.gw('init', 'github');
    await folder.gw('init', 'gitlab', '--ci', 'gitlab');
    const said = shell(folder, 'cat $(find . -type f)');
    const commands = [...said.matchAll(/\bgw (\w+)((?: [^\n|`]*)?)/g)].map(([, command = '', rest = '']) => ({ command, rest }));
    const known = new Map<string, string>();
    const helpOf = async (command: string): Promise<string> => {
      const help = known.get(command) ?? (await folder.gw(command, '--help')).stdout;
      known.set(command, help);
      return help;
    };
    const names = (await folder.gw('--help')).stdout;
    const used = commands.filter(({ command }) => new RegExp(`^ {2}${command} `, 'm').test(names));
    expect(new Set(used.map(({ command }) => command))).toEqual(new Set(['lint', 'build', 'diff', 'serve', 'owners']));
    for (const { command, rest } of used) {
      for (const [flag] of rest.matchAll(/(?<=\s)--[a-z-]+/g))
        expect(await helpOf(command), `${command} ${flag}`).toContain(flag);
    }
  });
});
