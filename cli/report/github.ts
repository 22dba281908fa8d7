import type { LocatedDiagnostic, Severity } from '../diagnostics.ts';
import { printable, workflowProperty, workflowText } from './escape.ts';
import { type Findings, fullMessage, summaryLine } from './findings.ts';
import { findingsTable } from './markdown.ts';
import { placeText } from './pretty.ts';

/** Annotations of one kind that GitHub shows of a step; the rest it drops silently. */
const LIMIT = 10;
/** GitHub refuses step summaries from 1 MiB on. */
const SUMMARY_BYTES = 1_000_000;

/**
 * Findings for GitHub Actions (L4): annotations, errors first, of these the ones on lines that the pull request touched, since GitHub
 * shows only those beside the code; at most ten of a kind. Then the plain list of all findings.
 */
export function writeGithub(findings: Findings): string {
  const { diagnostics, touched = () => true } = findings;
  const isTouched = ({ at }: LocatedDiagnostic): boolean => touched(at.file, at.line, at.endLine);
  const of = (severity: Severity): readonly LocatedDiagnostic[] => {
    const all = diagnostics.filter((one) => one.severity === severity);
    return [...all.filter(isTouched), ...all.filter((one) => !isTouched(one))].slice(0, LIMIT);
  };
  const shown = [...of('error'), ...of('warn')];
  const more = diagnostics.length - shown.length;
  const lines = shown.map(annotation);
  if (more > 0) lines.push(`::notice title=gw::${more} more in the log`);
  for (const { severity, at, rule, message } of diagnostics) {
    lines.push(`${severity} ${placeText(at)} ${rule}: ${printable(message)}`);
  }
  return `${[...lines, summaryLine(findings)].join('\n')}\n`;
}

/** The findings as a Markdown table for `$GITHUB_STEP_SUMMARY`, below 1 MiB. */
export function writeStepSummary(findings: Findings): string {
  return findingsTable(findings, SUMMARY_BYTES);
}

function annotation(diagnostic: LocatedDiagnostic): string {
  const { severity, at, rule } = diagnostic;
  const kind = severity === 'error' ? 'error' : 'warning';
  const place = [
    `file=${workflowProperty(at.file)}`,
    `line=${at.line}`,
    `endLine=${at.endLine}`,
    // Columns are ignored, with a warning, when the place spans lines.
    ...(at.line === at.endLine ? [`col=${at.column}`, `endColumn=${at.endColumn}`] : []),
    `title=${workflowProperty(rule)}`,
  ];
  return `::${kind} ${place.join(',')}::${workflowText(fullMessage(diagnostic))}`;
}
