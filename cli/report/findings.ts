import type { LocatedDiagnostic, Severity } from '../diagnostics.ts';

/** What a report is made from. */
export interface Findings {
  /** Sorted as they are printed. */
  readonly diagnostics: readonly LocatedDiagnostic[];
  /** What someone has accepted, each with its reason; sorted. */
  readonly suppressed: readonly LocatedDiagnostic[];
  /** Folder that files are named below. */
  readonly root: string;
  /** Text of a file that was read. */
  source(file: string): string | undefined;
  /** How many documents were checked. */
  readonly documents: number;
  /** A file as people reach it from the current folder; machines get it as it is. */
  shown(file: string): string;
  /** Whether the pull request touched one of these lines; absent when that is not known. */
  readonly touched?: (file: string, line: number, endLine: number) => boolean;
}

export interface Counts {
  readonly error: number;
  readonly warn: number;
  readonly info: number;
}

export function count(diagnostics: readonly LocatedDiagnostic[]): Counts {
  const counts: Record<Severity, number> = { error: 0, warn: 0, info: 0 };
  for (const { severity } of diagnostics) counts[severity] += 1;
  return counts;
}

/** `2 errors, 1 warning in 3 documents`, or that nothing was found. */
export function summaryLine({ diagnostics, suppressed, documents }: Findings): string {
  const { error, warn, info } = count(diagnostics);
  const found = [plural(error, 'error'), plural(warn, 'warning'), plural(info, 'note')].filter((text) => !text.startsWith('0 '));
  const accepted = suppressed.length === 0 ? '' : ` (${suppressed.length} suppressed)`;
  return `${found.length === 0 ? 'No findings' : found.join(', ')} in ${plural(documents, 'document')}${accepted}`;
}

/** `1 route`, `2 routes`. */
export function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

const weights: Readonly<Record<Severity, number>> = { error: 0, warn: 1, info: 2 };

/** The heaviest first, otherwise in the order given. */
export function bySeverity(diagnostics: readonly LocatedDiagnostic[]): readonly LocatedDiagnostic[] {
  return diagnostics.toSorted((a, b) => weights[a.severity] - weights[b.severity]);
}

/** Findings by the file they stand in, in the order of the findings. */
export function byFile(diagnostics: readonly LocatedDiagnostic[]): ReadonlyMap<string, readonly LocatedDiagnostic[]> {
  return Map.groupBy(diagnostics, ({ at }) => at.file);
}

/** Message and hint as one text. */
export function fullMessage({ message, hint }: LocatedDiagnostic): string {
  if (hint === undefined) return message;
  return `${message}${/[.!?]$/.test(message) ? '' : '.'} ${hint}`;
}
