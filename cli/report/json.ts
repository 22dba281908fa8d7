import type { LocatedDiagnostic } from '../diagnostics.ts';
import { uniqueFingerprints } from '../lint/fingerprint.ts';
import type { Location } from '../location.ts';
import { gwVersion } from '../package-root.ts';
import { printableJson } from './escape.ts';
import { count, type Findings } from './findings.ts';

/** Findings for programs (L2): `tool, version, summary, findings`. The same findings give the same bytes. */
export function writeJson(findings: Findings): string {
  const { diagnostics, suppressed, documents } = findings;
  const { error, warn, info } = count(diagnostics);
  return `${printableJson({
    tool: 'gw',
    version: gwVersion,
    summary: { documents, error, warn, info, suppressed: suppressed.length },
    findings: jsonFindings(findings),
  })}\n`;
}

/** One finding a line, for programs that read as they go. */
export function writeJsonLines(findings: Findings): string {
  return jsonFindings(findings)
    .map((finding) => `${printableJson(finding, 0)}\n`)
    .join('');
}

function jsonFindings({ diagnostics, suppressed }: Findings): readonly unknown[] {
  const all = [...diagnostics, ...suppressed];
  const prints = uniqueFingerprints(all);
  return all.map((diagnostic, index) => finding(diagnostic, prints[index]));
}

function finding(diagnostic: LocatedDiagnostic, print: string | undefined): Readonly<Record<string, unknown>> {
  const { rule, severity, message, hint, at, pointer, operation, owner, related, suppressed } = diagnostic;
  return {
    id: rule,
    severity,
    message,
    hint,
    ...span(at),
    pointer,
    operation,
    owner,
    related: related.map(({ at: place, message: text }) => ({ message: text, ...span(place) })),
    fingerprint: print,
    suppressed: suppressed !== undefined,
    suppression: suppressed,
    docs: `npx --no-install gw rules ${rule}`,
  };
}

function span({ file, line, column, endLine, endColumn }: Location): Readonly<Record<string, unknown>> {
  return { file, start: { line, column }, end: { line: endLine, column: endColumn } };
}
