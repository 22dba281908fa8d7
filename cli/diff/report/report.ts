import type { Report } from '../change.ts';
import type { WriteOptions } from './write-options.ts';

/** Output formats of `gw diff` (D13). */
export const formats = ['text', 'json', 'jsonl', 'markdown', 'github', 'sarif', 'junit', 'html'] as const;
export type Format = (typeof formats)[number];

/** Writes a report in a format. */
export async function writeDiff(report: Report, format: Format, options: WriteOptions): Promise<string> {
  switch (format) {
    case 'text':
      return (await import('./text.ts')).writeText(report, options);
    case 'json':
      return (await import('./json.ts')).writeJson(report);
    case 'jsonl':
      return (await import('./json.ts')).writeJsonLines(report);
    case 'markdown':
      return (await import('./markdown.ts')).writeMarkdown(report, options);
    case 'html':
      return (await import('./html.ts')).writeHtml(report, options);
    case 'github':
      return (await import('../../report/github.ts')).writeGithub((await import('./findings.ts')).asFindings(report));
    case 'sarif':
      return (await import('../../report/sarif.ts')).writeSarif((await import('./findings.ts')).asFindings(report));
    case 'junit':
      return (await import('../../report/junit.ts')).writeJunit((await import('./findings.ts')).asFindings(report));
  }
}
