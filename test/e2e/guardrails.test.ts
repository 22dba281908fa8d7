/** Guardrails as CI asks for them: from the base, and before they are written. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { type TestFolder, testFolder } from '../support/gw.ts';

const gateway = (more: string): string => `specs:
  - { files: a.yaml, owner: team-a }
  - { files: b.yaml, owner: team-b }
upstreams: { main: { url: http://a.test } }
defaults: { upstream: main }
${more}`;
const guardrail = 'guardrails:\n  - { name: short, require: { timeouts.total: { atMost: 5s } } }\n';
const document = (path: string, total: string): string => `openapi: 3.1.0
info: { title: ${path}, version: '1' }
security: []
x-gateway: { public: test, timeouts: { total: ${total} } }
paths:
  /${path}:
    get: { responses: { 200: { description: ok } } }
`;

function commit(folder: TestFolder): void {
  const config = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false'];
  for (const args of [
    ['init', '-q'],
    ['add', '-A'],
    ['commit', '-q', '--no-verify', '-m', 'x'],
  ])
    execFileSync('git', ['-C', folder.path, ...config, ...args], { stdio: 'ignore' });
}

describe('guardrails', () => {
  it('A3: a pull request cannot loosen its own gate', async () => {
    using folder = testFolder({
      'gateway.yaml': gateway(guardrail),
      'a.yaml': document('a', '5s'),
      'b.yaml': document('b', '5s'),
    });
    commit(folder);
    folder.write({
      'gateway.yaml': gateway('lint: { suppress: [{ rule: gateway/guardrail, where: "*.yaml", reason: mine }] }\n'),
      'a.yaml': document('a', '9s'),
    });
    expect((await folder.gw('build', '-o', 'dist')).code).toBe(0);
    const gated = await folder.gw('build', '-o', 'dist', '--config-from', 'HEAD');
    expect(gated.code).toBe(1);
    expect(gated.stdout).toContain('The guardrail short wants timeouts.total at most "5s", not "9s": GET /a');
    expect(gated.stdout).toContain('HEAD:gateway.yaml:7:');
    expect((await folder.gw('lint', '--config-from', 'HEAD', '--format', 'compact')).stdout).toContain('gateway/guardrail');
    const diff = await folder.gw('diff', 'HEAD', '--config-from', 'HEAD');
    expect(diff.code).toBe(1);
    expect(diff.stdout).toContain('The guardrail short wants timeouts.total at most');
    expect(diff.stdout).toContain('guardrail short: removed');
    expect(diff.stdout).toContain('lint.suppress: gateway/guardrail');
    expect(await folder.gw('build', '--config-from', 'origin/main')).toMatchObject({ code: 2, stdout: '' });
  });

  it('says what a guardrail would break, by team', async () => {
    using folder = testFolder({
      'gateway.yaml': gateway(''),
      'a.yaml': document('a', '5s'),
      'b.yaml': document('b', '9s'),
      'new.yaml': 'name: short\nrequire: { timeouts.total: { atMost: 6s } }\n',
      'wrong.yaml': 'name: short\nrequire: { timeouts.totl: present }\n',
    });
    const broken = await folder.gw('what-if', '--guardrail', 'new.yaml');
    expect(broken).toMatchObject({ code: 1 });
    expect(broken.stdout).toBe(
      'team-b: 1 route\n  GET /b  The guardrail short wants timeouts.total at most "6s", not "9s"  b.yaml:4:40\nshort would break 1 route of 1 team\n',
    );
    const json = await folder.gw('what-if', '--guardrail', 'new.yaml', '--json');
    expect(JSON.parse(json.stdout).broken).toMatchObject([{ team: 'team-b', route: 'GET /b', guardrail: 'short' }]);
    folder.write({ 'b.yaml': document('b', '6s') });
    expect(await folder.gw('what-if', '--guardrail', 'new.yaml')).toMatchObject({
      code: 0,
      stdout: 'short would break nothing\n',
    });
    const wrong = await folder.gw('what-if', '--guardrail', 'wrong.yaml');
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toContain("Did you mean 'timeouts.total'");
    expect((await folder.gw('what-if')).code).toBe(2);
  });
});
