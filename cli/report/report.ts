import type { LocatedDiagnostic, Severity } from '../diagnostics.ts';
import { GwError } from '../errors.ts';

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

/** Output formats of findings (L1). */
export const formats = ['pretty', 'json', 'github'] as const;
export type Format = (typeof formats)[number];

/** A format and the file it goes to; standard output without one. */
export interface ReportTarget {
  readonly format: Format;
  readonly file?: string;
}

export interface Counts {
  readonly error: number;
  readonly warn: number;
  readonly info: number;
}

/** Reads `--format` values: `pretty`, `json=out.json`. */
export function parseTargets(values: readonly string[]): readonly ReportTarget[] {
  return values.map((value) => {
    const [name = '', ...rest] = value.split('=');
    const format = formats.find((known) => known === name);
    if (format === undefined) {
      throw new GwError('ERR_GW_USAGE', `There is no format ${name}`, `Formats are ${formats.join(', ')}.`);
    }
    return rest.length === 0 ? { format } : { format, file: rest.join('=') };
  });
}

/** Writes findings in a format. `color` is for `pretty` only. */
export async function writeReport(findings: Findings, format: Format, color: boolean): Promise<string> {
  switch (format) {
    case 'pretty':
      return (await import('./pretty.ts')).writePretty(findings, color);
    case 'json':
      return (await import('./json.ts')).writeJson(findings);
    case 'github':
      return (await import('./github.ts')).writeGithub(findings);
  }
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
