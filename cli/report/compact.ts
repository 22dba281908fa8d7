import { printable } from './escape.ts';
import { type Findings, fullMessage, summaryLine } from './findings.ts';
import { placeText } from './pretty.ts';

/** One line a finding, `file:line:col: severity rule message`, as editors and `grep` like it; then one line of summary. */
export function writeCompact(findings: Findings): string {
  const lines = findings.diagnostics.map((diagnostic) => {
    const { at, severity, rule } = diagnostic;
    return `${placeText({ ...at, file: findings.shown(at.file) })}: ${severity} ${rule} ${printable(fullMessage(diagnostic))}`;
  });
  return `${[...lines, summaryLine(findings)].join('\n')}\n`;
}
