import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CompileRequest } from '../compile.ts';
import { type Governing, governingConfig } from '../config/governing.ts';
import { commitOf, exportCommit, repositoryOf, unknownCommit } from '../diff/git.ts';
import { openWorkspace } from '../load/workspace.ts';
import { type Options, text } from './input.ts';

/**
 * `--config-from`: guardrails and suppressions of locked rules as a commit has them. Documents without a gateway file have neither.
 *
 * @throws GwError when there is no such commit here, or it has no gateway file that a gateway file of today is held to
 */
export function governing(requests: readonly CompileRequest[], options: Options): readonly CompileRequest[] {
  const name = text(options, 'configFrom');
  if (name === undefined) return requests;
  return requests.map((request) => {
    if (request.source.kind !== 'config') {
      commitIn(request.root, name);
      return request;
    }
    return { ...request, governedBy: governingOf(request.root, request.source.file, name) };
  });
}

/** @param file the gateway file, below the root */
export function governingOf(root: string, file: string, name: string): Governing {
  const { repository, commit } = commitIn(root, name);
  const copy = realpathSync(mkdtempSync(join(tmpdir(), 'gw-base-')));
  try {
    exportCommit(repository, commit, copy);
    const inside = root.slice(realpathSync(repository).length + 1);
    return governingConfig(openWorkspace(join(copy, inside)), file, name);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/**
 * The commit of a name, in the repository that holds a folder.
 *
 * @throws GwError when there is none
 */
export function commitIn(folder: string, name: string): { readonly repository: string; readonly commit: string } {
  const repository = repositoryOf(folder);
  const commit = repository === undefined ? undefined : commitOf(repository, name);
  if (repository === undefined || commit === undefined) throw unknownCommit(repository, name);
  return { repository, commit };
}
