import { GwError } from '../errors.ts';
import type { Findings } from './findings.ts';

/** Output formats of findings (L1). */
export const formats = ['pretty', 'json', 'github'] as const;
export type Format = (typeof formats)[number];

/** A format and the file it goes to; standard output without one. */
export interface ReportTarget {
  readonly format: Format;
  readonly file?: string;
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
