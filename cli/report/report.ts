import { GwError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import type { Findings } from './findings.ts';

/** Output formats of findings (L1). */
export const formats = [
  'pretty',
  'compact',
  'json',
  'jsonl',
  'sarif',
  'junit',
  'checkstyle',
  'github',
  'gitlab',
  'markdown',
] as const;
export type Format = (typeof formats)[number];

/** A format and the file it goes to; standard output without one. */
export interface ReportTarget<F extends string = Format> {
  readonly format: F;
  readonly file?: string;
}

/**
 * Reads `--format` values: `pretty`, `json=out.json`.
 *
 * @throws GwError for a format that is not known, an empty file name, and two formats for one place
 */
export function parseTargets<F extends string>(values: readonly string[], known: readonly F[]): readonly ReportTarget<F>[] {
  const targets = values.map((value): ReportTarget<F> => {
    const [name = '', ...rest] = value.split('=');
    const format = known.find((one) => one === name);
    if (format === undefined) {
      const near = nearest(name, known);
      const hint = `Formats are ${known.join(', ')}.`;
      throw new GwError(
        'ERR_GW_USAGE',
        `There is no format ${name}`,
        near === undefined ? hint : `Did you mean ${near}? ${hint}`,
      );
    }
    if (rest.length === 0) return { format };
    const file = rest.join('=');
    if (file === '') throw new GwError('ERR_GW_USAGE', `--format ${value} names no file`, `Write --format ${name}=report.txt.`);
    return { format, file };
  });
  const files = targets.flatMap(({ file }) => (file === undefined ? [] : [file]));
  const twice = files.find((file, index) => files.indexOf(file) !== index);
  if (twice !== undefined)
    throw new GwError('ERR_GW_USAGE', `Two formats are to be written to ${twice}`, 'Give each its own file.');
  return targets;
}

/** Writes findings in a format. `color` is for `pretty` only. */
export async function writeReport(findings: Findings, format: Format, color: boolean): Promise<string> {
  switch (format) {
    case 'pretty':
      return (await import('./pretty.ts')).writePretty(findings, color);
    case 'compact':
      return (await import('./compact.ts')).writeCompact(findings);
    case 'json':
      return (await import('./json.ts')).writeJson(findings);
    case 'jsonl':
      return (await import('./json.ts')).writeJsonLines(findings);
    case 'sarif':
      return (await import('./sarif.ts')).writeSarif(findings);
    case 'junit':
      return (await import('./junit.ts')).writeJunit(findings);
    case 'checkstyle':
      return (await import('./checkstyle.ts')).writeCheckstyle(findings);
    case 'github':
      return (await import('./github.ts')).writeGithub(findings);
    case 'gitlab':
      return (await import('./gitlab.ts')).writeGitlab(findings);
    case 'markdown':
      return (await import('./markdown.ts')).writeMarkdown(findings);
  }
}
