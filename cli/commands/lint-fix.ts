import { join } from 'node:path';
import { type CompileRequest, check } from '../compile.ts';
import { type Fixed, fixDocuments } from '../lint/fix/apply.ts';
import { printable } from '../report/escape.ts';
import { plural } from '../report/findings.ts';
import { unifiedDiff } from '../report/unified-diff.ts';
import { print, writeText } from './output.ts';

/** Mending may uncover more to mend; it ends when nothing is left, or here. */
const ROUNDS = 5;

/**
 * Mends the documents (L20), or prints what would change as a diff that `git apply` takes.
 *
 * @returns the exit code of a dry run: 1 when there is something to mend
 * @throws GwError when a file cannot be written
 */
export async function fixAll(requests: readonly CompileRequest[], dryRun: boolean): Promise<0 | 1> {
  if (dryRun) {
    const fixed = oncePerFile(requests.flatMap((request) => fixesOf(request)));
    await print(fixed.map(({ file, before, after }) => unifiedDiff(file, before, after)).join(''));
    return fixed.length === 0 ? 0 : 1;
  }
  for (const request of requests) {
    for (let round = 0; round < ROUNDS; round++) {
      const fixed = fixesOf(request);
      for (const { file, after, findings } of fixed) {
        writeText(join(request.root, file), after);
        process.stderr.write(`gw: ${printable(file)}: ${plural(findings, 'finding')} mended\n`);
      }
      if (fixed.length === 0) break;
    }
  }
  return 0;
}

function fixesOf(request: CompileRequest): readonly Fixed[] {
  const { diagnostics, workspace } = check(request);
  return fixDocuments(diagnostics, workspace.documents);
}

/** Several gateways may take in one document. */
function oncePerFile(fixed: readonly Fixed[]): readonly Fixed[] {
  return [...new Map(fixed.map((one) => [one.file, one])).values()];
}
