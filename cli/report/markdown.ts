import { markdown } from './escape.ts';
import { bySeverity, type Findings, fullMessage, plural, summaryLine } from './findings.ts';
import { placeText } from './pretty.ts';

/** A comment of GitHub holds 65,536 characters; this leaves room for what others put around. */
const COMMENT_BYTES = 60_000;

/** Findings as a heading and a table, the heaviest first, as long as a comment may be. */
export function writeMarkdown(findings: Findings): string {
  return findingsTable(findings, COMMENT_BYTES);
}

/** Findings as a heading and a table of at most so many bytes; what does not fit is counted. */
export function findingsTable(findings: Findings, maxBytes: number): string {
  const { diagnostics } = findings;
  const head = `### gw\n\n${summaryLine(findings)}\n`;
  if (diagnostics.length === 0) return head;
  let text = `${head}\n| | place | rule | message |\n|---|---|---|---|\n`;
  let bytes = Buffer.byteLength(text);
  for (const [index, diagnostic] of bySeverity(diagnostics).entries()) {
    const { severity, at, rule, owner } = diagnostic;
    const who = owner === undefined ? '' : ` (${markdown(owner)})`;
    const row = `| ${severity} | ${markdown(placeText(at))}${who} | ${rule} | ${markdown(fullMessage(diagnostic))} |\n`;
    bytes += Buffer.byteLength(row);
    if (bytes > maxBytes - 200) return `${text}\n${plural(diagnostics.length - index, 'finding')} more: see the log.\n`;
    text += row;
  }
  return text;
}
