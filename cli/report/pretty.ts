import pc from 'picocolors';
import type { LocatedDiagnostic, Severity } from '../diagnostics.ts';
import type { Location } from '../location.ts';
import { printable } from './escape.ts';
import { type Findings, summaryLine } from './findings.ts';
import { codeFrame, SourceLines } from './frame.ts';

type Colors = ReturnType<typeof pc.createColors>;

/** Findings for people: place, severity, rule and owner, message, code frame, hint, related places; then one line of summary. */
export function writePretty(findings: Findings, color: boolean): string {
  const colors = pc.createColors(color);
  const files = new Map<string, SourceLines | undefined>();
  const linesOf = (file: string): SourceLines | undefined => {
    if (!files.has(file)) {
      const text = findings.source(file);
      files.set(file, text === undefined ? undefined : new SourceLines(text));
    }
    return files.get(file);
  };
  const parts = findings.diagnostics.map((diagnostic) =>
    entry(diagnostic, linesOf(diagnostic.at.file), (at) => placeText({ ...at, file: findings.shown(at.file) }), colors),
  );
  return `${[...parts, summaryLine(findings)].join('\n')}\n`;
}

/** `specs/orders.yaml:12:7`, which terminals make a link. */
export function placeText({ file, line, column }: Location): string {
  return `${printable(file)}:${line}:${column}`;
}

function entry(
  diagnostic: LocatedDiagnostic,
  source: SourceLines | undefined,
  place: (at: Location) => string,
  colors: Colors,
): string {
  const { at, severity, rule, message, hint, owner, operation, related } = diagnostic;
  const who = [operation === undefined ? '' : `${operation.method} ${operation.path}`, owner ?? ''].filter((text) => text !== '');
  const lines = [
    `${colors.bold(place(at))}  ${paint(severity, colors)}  ${colors.dim(rule)}${who.length === 0 ? '' : `  ${colors.dim(`(${printable(who.join(', '))})`)}`}`,
    `  ${printable(message)}`,
  ];
  if (source !== undefined) lines.push(...codeFrame(source, at).map((line) => `  ${colors.dim(line)}`));
  if (hint !== undefined) lines.push(`  ${colors.cyan('hint')}: ${printable(hint)}`);
  for (const one of related) lines.push(`  ${colors.dim(`${place(one.at)}: ${printable(one.message)}`)}`);
  return `${lines.join('\n')}\n`;
}

function paint(severity: Severity, colors: Colors): string {
  if (severity === 'error') return colors.red('error');
  return severity === 'warn' ? colors.yellow('warning') : colors.blue('note');
}
