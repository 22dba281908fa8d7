/** Which lines a pull request touched, as git says (L4). */
import { relative, sep } from 'node:path';
import { commitOf, repositoryOf, runGit, unknownCommit } from '../diff/git.ts';
import { GwError } from '../errors.ts';

/** Lines of one file, first and last, in ascending order. */
type Ranges = readonly (readonly [first: number, last: number])[];

/** Says whether a stretch of lines was touched. Files are named below `root`. */
export type Touched = (file: string, line: number, endLine: number) => boolean;

/**
 * The lines that differ between the working folder and the commit where it left the base.
 *
 * @throws GwError when there is no repository, the base is not in this clone, or it has no history in common with the head
 */
export function touchedLines(root: string, base: string): Touched {
  const repository = repositoryOf(root);
  if (repository === undefined) throw unknownCommit(undefined, base);
  const mergeBase = mergeBaseOf(repository, base);
  const options = [
    '--unified=0',
    '--no-color',
    '--no-ext-diff',
    '--no-textconv',
    '--no-renames',
    '--src-prefix=a/',
    '--dst-prefix=b/',
  ];
  const { status, stdout } = runGit(repository, ['-c', 'core.quotePath=false', 'diff', ...options, mergeBase, '--']);
  if (status !== 0) throw new GwError('ERR_GW_GIT', `git cannot compare with ${base}`);
  const files = parsePatch(stdout.toString('utf8'));
  const prefix = relative(repository, root).split(sep).join('/');
  return (file, line, endLine) => {
    const ranges = files.get(prefix === '' ? file : `${prefix}/${file}`) ?? [];
    return ranges.some(([first, last]) => first <= endLine && line <= last);
  };
}

/** The commit where the head left a base. */
export function mergeBaseOf(repository: string, base: string): string {
  const commit = commitOf(repository, base);
  if (commit === undefined) throw unknownCommit(repository, base);
  const { status, stdout } = runGit(repository, ['merge-base', commit, 'HEAD']);
  if (status === 0) return stdout.toString('utf8').trim();
  const hint = 'Fetch more of it, such as `git fetch --unshallow`, or fetch-depth: 0 of actions/checkout.';
  throw new GwError('ERR_GW_GIT', `${base} and the head have no commit in common in this clone`, hint);
}

/** The new lines of every file of a patch without context. Content is passed by its length: it may look like a header. */
export function parsePatch(patch: string): ReadonlyMap<string, Ranges> {
  const files = new Map<string, [number, number][]>();
  const lines = patch.split('\n');
  let ranges: [number, number][] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const named = /^\+\+\+ (?:b\/(.*?)\t?|("b\/.*")\t?)$/.exec(line);
    if (named !== null) {
      ranges = [];
      files.set(named[1] ?? unquote(named[2] ?? ''), ranges);
      continue;
    }
    const [, removed, start, added] = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line) ?? [];
    if (start === undefined) continue;
    const count = Number(added ?? 1);
    for (let left = Number(removed ?? 1) + count; left > 0; at++) if (lines[at + 1]?.startsWith('\\') !== true) left--;
    // What was only taken away touches the lines around.
    ranges.push(count === 0 ? [Number(start), Number(start) + 1] : [Number(start), Number(start) + count - 1]);
  }
  return files;
}

/** A file name as git quotes it, without its `b/`. */
function unquote(quoted: string): string {
  const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\u0007', b: '\b', f: '\f', v: '\v' };
  return quoted
    .slice(3, -1)
    .replaceAll(/((?:\\[0-7]{3})+)|\\(.)/g, (_match, octal: string | undefined, letter: string | undefined) => {
      if (octal === undefined) return escapes[letter ?? ''] ?? letter ?? '';
      const bytes = octal.match(/[0-7]{3}/g) ?? [];
      return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 8))).toString('utf8');
    });
}
