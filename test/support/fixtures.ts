/**
 * The fixtures of a rule: documents that say themselves what gw must find in them.
 *
 * A comment line whose first mark is `^` marks a finding that begins in the column of the `^`, in the nearest line above that is no such
 * comment. `#< error` marks column 1 and 2 (nothing can stand before the `#`). After the mark come the severity and, if wanted, a part
 * of the message:
 *
 *     paths:
 *       /orders:
 *         gte: {}
 *     #   ^ error: Did you mean 'get'
 */
import type { LocatedDiagnostic } from '../../cli/diagnostics.ts';

export interface Expected {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: string;
  /** A part of the message or the hint. */
  readonly says: string;
}

const mark = /^\s*#(?<gap>\s*)(?<sign>\^|<)\s*(?<severity>error|warn|info)(?::\s*(?<says>.*))?$/;

/** The findings that the comments of a text announce. */
export function expectedIn(file: string, text: string): Expected[] {
  const expected: Expected[] = [];
  let line = 0;
  text.split(/\r?\n/).forEach((content, index) => {
    const groups = mark.exec(content)?.groups;
    if (groups === undefined) {
      line = index + 1;
      return;
    }
    const column = groups.sign === '<' ? 1 : content.indexOf('^') + 1;
    expected.push({ file, line, column, severity: groups.severity ?? '', says: groups.says?.trim() ?? '' });
  });
  return expected;
}

/** What was announced and not found, and what was found and not announced; empty when they agree. */
export function compare(expected: readonly Expected[], found: readonly LocatedDiagnostic[]): string[] {
  const left = [...found];
  const differences: string[] = [];
  for (const { file, line, column, severity, says } of expected) {
    const index = left.findIndex(
      ({ at, message, hint, severity: weight }) =>
        at.file === file &&
        at.line === line &&
        at.column === column &&
        weight === severity &&
        `${message} ${hint ?? ''}`.includes(says),
    );
    if (index === -1) differences.push(`not found: ${file}:${line}:${column} ${severity} ${says}`);
    else left.splice(index, 1);
  }
  return [
    ...differences,
    ...left.map(({ at, severity, message }) => `not announced: ${at.file}:${at.line}:${at.column} ${severity} ${message}`),
  ];
}
