import type { Report } from '../change.ts';

/** Output formats of `gw diff`. */
export const formats = ['text', 'json'] as const;
export type Format = (typeof formats)[number];

export interface WriteOptions {
  readonly color: boolean;
  /** Show changes of documentation too. */
  readonly docs: boolean;
}

/** Writes a report in a format. */
export async function writeDiff(report: Report, format: Format, options: WriteOptions): Promise<string> {
  switch (format) {
    case 'text':
      return (await import('./text.ts')).writeText(report, options);
    case 'json':
      return (await import('./json.ts')).writeJson(report);
  }
}
