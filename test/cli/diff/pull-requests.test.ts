import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeMarkdown } from '../../../cli/diff/report/markdown.ts';
import { packageRoot } from '../../../cli/package-root.ts';
import { diffed } from '../../support/diffed.ts';
import { type Files, pullRequests, shop } from '../../support/five-teams.ts';

const comments = join(packageRoot, 'test', 'fixtures', 'pull-requests');

describe('pull requests to a repository of five teams', () => {
  it.each(pullRequests)('$name: the comment', async ({ name, files, passes }) => {
    const report = diffed(shop, files);
    expect(report.failed).toBe(!passes);
    await expect(writeMarkdown(report)).toMatchFileSnapshot(join(comments, `${name}.md`));
  });

  it('A4: two that are fine by themselves and conflict together are stopped where they meet', () => {
    const withPost = (files: Files, file: string, parameters: string, before: string): Files => ({
      ...files,
      [file]: (files[file] ?? '').replace(
        before,
        `${before}    post: { ${parameters}responses: { 201: { description: Made. } } }\n`,
      ),
    });
    const id = 'parameters: [{ name: userId, in: path, required: true, schema: { type: string } }], ';
    const ofUsers = (files: Files): Files => withPost(files, 'specs/users.yaml', id, '  /users/{userId}:\n');
    const ofPayments = (files: Files): Files => {
      const path = {
        ...files,
        'specs/payments.yaml': (files['specs/payments.yaml'] ?? '').replace('paths:\n', 'paths:\n  /users/me:\n'),
      };
      return withPost(path, 'specs/payments.yaml', '', '  /users/me:\n');
    };
    for (const alone of [ofUsers(shop), ofPayments(shop)])
      expect(diffed(shop, alone)).toMatchObject({ failed: false, errors: [], routes: { added: 1 } });
    // In the queue the base is main; at the deployment, what runs.
    for (const base of [shop, ofUsers(shop), ofPayments(shop)]) {
      const { failed, errors } = diffed(base, ofPayments(ofUsers(shop)));
      expect(failed).toBe(true);
      expect(errors.map(({ rule }) => rule)).toEqual(['merge/route-takeover']);
    }
  });

  it('the repository itself has nothing to say', () => {
    expect(diffed(shop, shop)).toMatchObject({ changes: [], errors: [], skipped: [], failed: false });
  });
});
