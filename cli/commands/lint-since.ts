import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type Checked, type CompileRequest, check } from '../compile.ts';
import { exportCommit, repositoryOf, unknownCommit } from '../diff/git.ts';
import { GwError } from '../errors.ts';
import { changedFindings, type Side } from '../lint/changed-since.ts';
import { plural } from '../report/findings.ts';
import { mergeBaseOf } from '../report/touched.ts';

/**
 * What was checked, with the findings of what changed since the head left a commit only (L15).
 *
 * @throws GwError when there is no repository, or the commit is not in this clone
 */
export function sinceCommit(since: string, requests: readonly CompileRequest[], checked: readonly Checked[]): readonly Checked[] {
  const [first] = requests;
  if (first === undefined) return checked;
  const repository = repositoryOf(first.root);
  if (repository === undefined) throw unknownCommit(undefined, since);
  const copy = realpathSync(mkdtempSync(join(tmpdir(), 'gw-lint-')));
  try {
    exportCommit(repository, mergeBaseOf(repository, since), copy);
    const limited = checked.map((head, index) => {
      const request = requests[index] ?? first;
      const root = join(copy, relative(realpathSync(repository), request.root));
      return { ...head, diagnostics: changedFindings(baseOf({ ...request, root }), sideOf(head)) };
    });
    const hidden = count(checked) - count(limited);
    if (hidden > 0) process.stderr.write(`gw: ${plural(hidden, 'finding')} of what has not changed since ${since} left out\n`);
    return limited;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function count(checked: readonly Checked[]): number {
  return checked.reduce((sum, { diagnostics }) => sum + diagnostics.length, 0);
}

/** The base; undefined where it had no such gateway or document yet. */
function baseOf(request: CompileRequest): Side | undefined {
  try {
    return sideOf(check(request));
  } catch (error) {
    if (error instanceof GwError || (error instanceof Error && 'code' in error && error.code === 'ENOENT')) return undefined;
    throw error;
  }
}

function sideOf({ merged, config, diagnostics }: Checked): Side {
  return { apis: merged?.apis ?? [], config: config ?? { mode: 'single', defaults: [] }, diagnostics };
}
