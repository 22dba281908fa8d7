/** What the templates of CI services must hold (A1 to A5), and what no text that people read may say. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { parse, parseDocument } from 'yaml';
import type { Report } from '../cli/diff/change.ts';
import { writeJson } from '../cli/diff/report/json.ts';
import { packageRoot } from '../cli/package-root.ts';
import { diffed } from './support/diffed.ts';
import { pullRequests, shop } from './support/five-teams.ts';
import { testFolder } from './support/gw.ts';

function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(packageRoot, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(packageRoot.length + 1))
    .sort();
}

const read = (file: string): string => readFileSync(join(packageRoot, file), 'utf8');

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, { readonly permissions?: unknown; readonly steps: readonly Step[] }>>;
}

const github = filesBelow('templates/ci/github');
const workflowOf = (file: string): Workflow => parse(read(file));
const stepsOf = (file: string): readonly Step[] => Object.values(workflowOf(file).jobs).flatMap(({ steps }) => steps);

describe('texts that people read', () => {
  const texts = [
    'README.md',
    'CONTRIBUTING.md',
    'ARCHITECTURE.md',
    'REFERENCE.md',
    'CHANGELOG.md',
    ...filesBelow('templates'),
    ...filesBelow('cli'),
  ];

  it.each(texts)('%s runs only a gw that is installed', (file) => {
    const bare = read(file)
      .split('\n')
      .filter((line) => /\bnpx\b(?! --no-install gw\b)[^\n]*\bgw\b/.test(line) && !/\bnpx (?:vitest|tsc|biome)\b/.test(line));
    expect(bare).toEqual([]);
  });
});

describe('the workflows of GitHub', () => {
  it.each(github)('%s is YAML', (file) => expect(parseDocument(read(file)).errors).toEqual([]));

  it('read only, but for the one that comments', () => {
    const permissions = Object.fromEntries(github.map((file) => [file.split('/').at(-1), workflowOf(file).permissions]));
    expect(permissions).toEqual({
      'gw-check.yml': { contents: 'read' },
      'gw-comment.yml': { actions: 'read', contents: 'read', 'pull-requests': 'write' },
      'gw-deploy.yml': { contents: 'read' },
    });
    expect(github.flatMap((file) => Object.values(workflowOf(file).jobs)).filter((job) => job.permissions !== undefined)).toEqual(
      [],
    );
  });

  it.each(github)('%s pins what it uses, and keeps no credentials', (file) => {
    expect(Object.keys(workflowOf(file).on)).not.toContain('pull_request_target');
    for (const step of stepsOf(file)) {
      if (step.uses === undefined) continue;
      expect(step.uses).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40}$/);
      if (step.uses.startsWith('actions/checkout')) expect(step.with?.['persist-credentials']).toBe(false);
    }
  });

  it.each(github)('%s puts nothing of an event into a command', (file) => {
    for (const { run = '' } of stepsOf(file)) expect(run).not.toMatch(/\$\{\{/);
  });

  it('gw-comment checks nothing out and takes the pull request from the event', () => {
    const file = 'templates/ci/github/gw-comment.yml';
    expect(stepsOf(file).filter(({ uses }) => uses !== undefined)).toEqual([]);
    const [take, write] = stepsOf(file).map(({ run = '' }) => run);
    expect(take).toMatch(/stat -c %s .* -gt 65000/);
    expect(write).toMatch(/number=\$\(gh api .*head="\$HEAD_OWNER:\$HEAD_BRANCH"/);
    expect(write).not.toMatch(/number=.*report\//);
    expect(read(file)).toContain('HEAD_SHA: ${{ github.event.workflow_run.head_sha }}');
  });

  it('gw-check judges with the gw of the base', () => {
    const install = stepsOf('templates/ci/github/gw-check.yml').find(({ run }) => run?.includes('npm ci') === true)?.run ?? '';
    expect(install.indexOf('git checkout --quiet "$BASE"')).toBeLessThan(install.indexOf('npm ci'));
    expect(install).toContain('rm -f .npmrc');
  });

  it('A3: gw-check judges by the guardrails and suppressions of the base', () => {
    const judging = stepsOf('templates/ci/github/gw-check.yml').flatMap(({ run = '' }) =>
      /\bgw (?:build|diff)\b/.test(run) ? [run] : [],
    );
    expect(judging).toHaveLength(2);
    for (const run of judging) expect(run).toContain('--config-from "$BASE"');
  });
});

describe('the template of GitLab', () => {
  it('reports code quality and JUnit always, and sees the base', () => {
    const ci = parse(read('templates/ci/gitlab/gitlab-ci.yml'));
    expect(ci['gw:lint'].artifacts).toMatchObject({
      when: 'always',
      reports: { codequality: 'gl-code-quality.json', junit: 'gw-lint.xml' },
    });
    expect(ci['.gw'].variables.GIT_DEPTH).toBe('0');
    expect(ci['.gw'].before_script[0]).toContain('fetch more of the history');
  });

  it('C3: the note is the comment', () => {
    const ci = parse(read('templates/ci/gitlab/gitlab-ci.yml'));
    expect(ci['gw:diff'].script.join()).toContain('--format markdown=gw-comment.md');
    expect(ci['gw:diff'].after_script.join()).toContain('body@gw-comment.md');
  });

  it('A3: judges with the gw, the guardrails and the suppressions of the base', () => {
    const ci = parse(read('templates/ci/gitlab/gitlab-ci.yml'));
    const before: readonly string[] = ci['.gw'].before_script;
    const own = before.findIndex((line) =>
      line.startsWith('git checkout --quiet "$CI_MERGE_REQUEST_DIFF_BASE_SHA" -- package.json'),
    );
    expect(own).toBeGreaterThan(0);
    expect(own).toBeLessThan(before.findIndex((line) => line.startsWith('npm ci')));
    const judging = [...ci['gw:lint'].script, ...ci['gw:diff'].script].filter((line) => /\bgw (?:build|diff)\b/.test(line));
    expect(judging).toHaveLength(2);
    for (const line of judging) expect(line).toContain('--config-from "$CI_MERGE_REQUEST_DIFF_BASE_SHA"');
  });
});

describe('A6: what else teams use', () => {
  it('Danger fails with the verdict, asks who must look, and shows the comment', async () => {
    const said = (report: Report) => {
      const files: Readonly<Record<string, string>> = { 'gw-report.json': writeJson(report), 'gw-comment.md': 'the comment' };
      const calls: string[] = [];
      const say = (name: string) => (text: string) => calls.push(`${name}: ${text}`);
      runInNewContext(read('templates/ci/danger/dangerfile.js'), {
        require: () => ({ readFileSync: (file: string) => files[file] }),
        ...Object.fromEntries(['fail', 'warn', 'message', 'markdown'].map((name) => [name, say(name)])),
      });
      return calls;
    };
    const raised = pullRequests.find(({ name }) => name === 'limit-raised')?.files ?? {};
    expect(said(diffed(shop, raised))).toEqual([
      'fail: gw: 2 weakened, 0 breaking, 0 conflicts',
      'message: Needs @acme/orders (owner)',
      'message: Needs @acme/platform (policy)',
      'markdown: the comment',
    ]);
    expect(said(diffed(shop, shop))).toEqual(['markdown: the comment']);
  });

  it('a document of another repository becomes a pull request of the gateway, once', () => {
    const { permissions, jobs } = workflowOf('templates/ci/many-repositories/gw-propose.yml');
    expect(permissions).toEqual({ contents: 'read' });
    const run = Object.values(jobs).flatMap(({ steps }) => steps)[1]?.run ?? '';
    expect(run).not.toMatch(/\$\{\{/);
    using folder = testFolder({
      'gateway/teams/orders/openapi.yaml': 'old\n',
      'own/openapi.yaml': 'new\n',
      // What asks GitHub: a clone is one of the folder beside it.
      'bin/gh': '#!/bin/sh\necho "$*" >> ../calls\n[ "$2" = clone ] || exit 0\nshift 2\ngit clone --quiet "../$1" "$2"\n',
    });
    const sh = (command: string) =>
      execFileSync('bash', ['-eo', 'pipefail', '-c', command], {
        cwd: join(folder.path, 'own'),
        env: { ...process.env, PATH: `${folder.path}/bin:${process.env.PATH}`, GATEWAY: 'gateway', TEAM: 'orders' },
        encoding: 'utf8',
      });
    sh(
      'chmod +x ../bin/gh; cd ../gateway; git init -q -b main .; git add -A; git -c user.name=a -c user.email=a@example.com commit -qm begin',
    );
    sh(run);
    expect(sh('git -C ../gateway show propose/orders:teams/orders/openapi.yaml')).toBe('new\n');
    expect(sh('cat calls ../calls 2> /dev/null || true')).toContain('pr create --head propose/orders --fill');
    sh('git -C ../gateway merge -q propose/orders; git -C ../gateway branch -qD propose/orders; rm -rf gateway');
    expect(sh(run)).toContain('The gateway has it already.');
  });

  it('the hook lints what a commit changes', () => {
    expect(read('templates/ci/hooks/pre-commit')).toMatch(
      /^#!\/bin\/sh\n#.*\nexec npx --no-install gw lint .*--changed-since HEAD/,
    );
  });
});

it('editors find the schemas of the templates', () => {
  for (const file of ['gateway.yaml', 'teams/catalog/openapi.yaml', 'teams/orders/openapi.yaml']) {
    const [first = ''] = read(`templates/init/${file}`).split('\n');
    const up = '../'.repeat(file.split('/').length - 1) || './';
    expect(first.startsWith(`# yaml-language-server: $schema=${up}node_modules/gw/templates/schemas/`)).toBe(true);
    expect(() => read(`templates/schemas/${first.split('/').at(-1)}`)).not.toThrow();
  }
});
