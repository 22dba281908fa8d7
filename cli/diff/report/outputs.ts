/** Outputs of a step of GitHub Actions (A1), for the steps that follow. */

import { printable } from '../../report/escape.ts';
import type { ReportTarget } from '../../report/report.ts';
import type { Report, Verdict } from '../change.ts';
import type { Format } from './report.ts';

/** Lines of `name=value` for the file that `GITHUB_OUTPUT` names. What is approved is not counted. */
export function writeOutputs(report: Report, targets: readonly ReportTarget<Format>[]): string {
  const count = (verdict: Verdict): number =>
    report.changes.filter((one) => one.verdict === verdict && one.approved === undefined).length;
  const fileOf = (wanted: Format): string => targets.find(({ format }) => format === wanted)?.file ?? '';
  const outputs: readonly (readonly [name: string, value: string | number])[] = [
    ['verdict', report.failed ? 'fail' : 'pass'],
    ['weakened', count('weakened')],
    ['breaking', count('breaking')],
    ['conflicts', count('conflict')],
    ['routes-added', report.routes.added],
    ['routes-removed', report.routes.removed],
    ['report-json', fileOf('json')],
    ['comment-md', fileOf('markdown')],
  ];
  // A line end in a name of a file would be another output.
  return outputs.map(([name, value]) => `${name}=${printable(String(value))}\n`).join('');
}
