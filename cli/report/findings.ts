import type { LocatedDiagnostic, Severity } from '../diagnostics.ts';

/** What a report is made from. */
export interface Findings {
  /** Sorted as they are printed. */
  readonly diagnostics: readonly LocatedDiagnostic[];
  /** Text of a file that was read. */
  source(file: string): string | undefined;
  /** How many documents were checked. */
  readonly documents: number;
  /** A file as people reach it from the current folder; machines get it as it is. */
  shown(file: string): string;
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
export function summaryLine({ diagnostics, documents }: Findings): string {
  const { error, warn, info } = count(diagnostics);
  const found = [plural(error, 'error'), plural(warn, 'warning'), plural(info, 'note')].filter((text) => !text.startsWith('0 '));
  return `${found.length === 0 ? 'No findings' : found.join(', ')} in ${plural(documents, 'document')}`;
}

/** `1 route`, `2 routes`. */
export function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
