import type { Severity } from '../diagnostics.ts';
import { uniqueFingerprints } from '../lint/fingerprint.ts';
import { printable, printableJson } from './escape.ts';
import { type Findings, fullMessage } from './findings.ts';

const severities: Readonly<Record<Severity, string>> = { error: 'critical', warn: 'minor', info: 'info' };

/** Findings for `artifacts:reports:codequality` of GitLab (L5). A fingerprint holds no line: GitLab tells new from known by it. */
export function writeGitlab({ diagnostics }: Findings): string {
  const prints = uniqueFingerprints(diagnostics);
  const entries = diagnostics.map((diagnostic, index) => ({
    description: printable(fullMessage(diagnostic)),
    check_name: diagnostic.rule,
    fingerprint: prints[index],
    severity: severities[diagnostic.severity],
    location: { path: diagnostic.at.file, lines: { begin: diagnostic.at.line, end: diagnostic.at.endLine } },
  }));
  return `${printableJson(entries)}\n`;
}
