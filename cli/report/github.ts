import type { LocatedDiagnostic, Severity } from '../diagnostics.ts';
import { printable } from './escape.ts';
import { type Findings, summaryLine } from './findings.ts';
import { placeText } from './pretty.ts';

/** Annotations of one kind that GitHub shows of a step; the rest it drops silently. */
const LIMIT = 10;
/** GitHub refuses step summaries from 1 MiB on. */
const SUMMARY_BYTES = 1_000_000;

/** Findings for GitHub Actions (L4): annotations, errors first, at most ten of a kind; then the plain list of all of them. */
export function writeGithub(findings: Findings): string {
  const { diagnostics } = findings;
  const of = (severity: Severity): readonly LocatedDiagnostic[] => diagnostics.filter((one) => one.severity === severity);
  const shown = [...of('error').slice(0, LIMIT), ...of('warn').slice(0, LIMIT)];
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
  const head = `### gw\n\n${summaryLine(findings)}\n`;
  if (findings.diagnostics.length === 0) return head;
  let text = `${head}\n| | place | rule | message |\n|---|---|---|---|\n`;
  for (const { severity, at, rule, message } of findings.diagnostics) {
    const row = `| ${severity} | ${markdown(placeText(at))} | ${rule} | ${markdown(printable(message))} |\n`;
    if (Buffer.byteLength(text) + Buffer.byteLength(row) > SUMMARY_BYTES) return `${text}\nThe rest is in the log.\n`;
    text += row;
  }
  return text;
}

function annotation({ severity, at, rule, message, hint }: LocatedDiagnostic): string {
  const kind = severity === 'error' ? 'error' : 'warning';
  const place = [
    `file=${property(at.file)}`,
    `line=${at.line}`,
    `endLine=${at.endLine}`,
    // Columns are ignored, with a warning, when the place spans lines.
    ...(at.line === at.endLine ? [`col=${at.column}`, `endColumn=${at.endColumn}`] : []),
    `title=${property(rule)}`,
  ];
  return `::${kind} ${place.join(',')}::${data(hint === undefined ? message : `${message} ${hint}`)}`;
}

/** Escapes the text of a workflow command. */
function data(text: string): string {
  return printable(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** Text in a cell of a table: no markup, no HTML, nobody mentioned. */
function markdown(text: string): string {
  const escaped = text.replace(/[\\`*_{}[\]()#+!|~-]/g, '\\$&');
  return escaped.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('@', '&#64;');
}
