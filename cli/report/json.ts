import { createHash } from 'node:crypto';
import type { LocatedDiagnostic, Location } from '../diagnostics.ts';
import { gwVersion } from '../package-root.ts';
import { printableJson } from './escape.ts';
import { count, type Findings } from './findings.ts';

/** Findings for programs (L2): `tool, version, summary, findings`. The same findings give the same bytes. */
export function writeJson({ diagnostics, documents }: Findings): string {
  const seen = new Map<string, number>();
  const { error, warn, info } = count(diagnostics);
  return `${printableJson({
    tool: 'gw',
    version: gwVersion,
    summary: { documents, error, warn, info },
    findings: diagnostics.map((diagnostic) => finding(diagnostic, fingerprint(diagnostic, seen))),
  })}\n`;
}

function finding(diagnostic: LocatedDiagnostic, print: string): Readonly<Record<string, unknown>> {
  const { rule, severity, message, hint, at, pointer, operation, owner, related } = diagnostic;
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
    suppressed: false,
    docs: `npx --no-install gw rules ${rule}`,
  };
}

function span({ file, line, column, endLine, endColumn }: Location): Readonly<Record<string, unknown>> {
  return { file, start: { line, column }, end: { line: endLine, column: endColumn } };
}

/** Twelve hex digits that stay when lines move: of rule, file, node and message, numbered where they repeat. */
function fingerprint({ rule, at, pointer, message }: LocatedDiagnostic, seen: Map<string, number>): string {
  const key = JSON.stringify([rule, at.file, pointer ?? '', message]);
  const repeated = seen.get(key) ?? 0;
  seen.set(key, repeated + 1);
  return createHash('sha256').update(`${key}${repeated}`).digest('hex').slice(0, 12);
}
