import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeMarkdown } from '../../../cli/diff/report/markdown.ts';
import { packageRoot } from '../../../cli/package-root.ts';
import { diffed } from '../../support/diffed.ts';
import { pullRequests, shop } from '../../support/five-teams.ts';

const comments = join(packageRoot, 'test', 'fixtures', 'pull-requests');

describe('pull requests to a repository of five teams', () => {
  it.each(pullRequests)('$name: the comment', async ({ name, files, passes }) => {
    const report = diffed(shop, files);
    expect(report.failed).toBe(!passes);
    await expect(writeMarkdown(report)).toMatchFileSnapshot(join(comments, `${name}.md`));
  });

  it('the repository itself has nothing to say', () => {
    expect(diffed(shop, shop)).toMatchObject({ changes: [], errors: [], skipped: [], failed: false });
  });
});
