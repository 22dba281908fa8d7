import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import type { Checked } from '../compile.ts';
import type { LocatedDiagnostic } from '../diagnostics.ts';
import { GwError } from '../errors.ts';
import {
  type BaselineEntry,
  compareBaseline,
  prunedBaseline,
  readBaseline,
  type Scope,
  updatedBaseline,
  writeBaseline,
} from '../lint/baseline.ts';
import { fingerprint } from '../lint/fingerprint.ts';
import { type Findings, plural } from '../report/findings.ts';
import { type Options, text } from './input.ts';
import { writeText } from './output.ts';

const FILE = 'gw-baseline.json';

/**
 * Compares findings with the baseline file, or writes it (L13). What the baseline knows is suppressed; what it knows and is gone is
 * reported as stale, as an error under `--baseline-strict`.
 *
 * @throws GwError when there is no baseline to compare with
 */
export function withBaseline(findings: Findings, checked: readonly Checked[], options: Options): Findings {
  const name = text(options, 'baseline') ?? FILE;
  const before = existsSync(name) ? readBaseline(name, readFileSync(name, 'utf8')) : undefined;
  const scope = scopeOf(findings.root, checked);
  if (options.baselineWrite === true) {
    const entries = updatedBaseline(findings.diagnostics, before ?? [], scope);
    writeText(name, writeBaseline(entries));
    process.stderr.write(`gw: ${name} holds ${plural(entries.length, 'finding')}\n`);
    return applied(findings, compareBaseline(findings.diagnostics, entries, scope), name, 'info');
  }
  if (before === undefined)
    throw new GwError('ERR_GW_FILE_NOT_FOUND', `There is no baseline ${name}`, 'Write it with --baseline-write.');
  const compared = compareBaseline(findings.diagnostics, before, scope);
  if (options.baselinePrune !== true)
    return applied(findings, compared, name, options.baselineStrict === true ? 'error' : 'info');
  writeText(name, writeBaseline(prunedBaseline(before, compared.stale)));
  process.stderr.write(`gw: ${plural(compared.stale.length, 'finding')} taken out of ${name}\n`);
  return applied(findings, { ...compared, stale: [] }, name, 'info');
}

function scopeOf(root: string, checked: readonly Checked[]): Scope {
  const read = new Set(checked.flatMap(({ workspace }) => workspace.files));
  return { wasRead: (file) => read.has(file), exists: (file) => existsSync(join(root, file)) };
}

function applied(
  findings: Findings,
  { fresh, known, stale }: ReturnType<typeof compareBaseline>,
  name: string,
  severity: 'error' | 'info',
): Findings {
  const suppressed = known.map(
    (one): LocatedDiagnostic => ({ ...one, suppressed: { by: 'baseline', reason: `known in ${name}` } }),
  );
  const file = relative(findings.root, resolve(name)).split(sep).join('/');
  return {
    ...findings,
    diagnostics: [...fresh, ...staleFindings(stale, file, severity)],
    suppressed: [...findings.suppressed, ...suppressed],
  };
}

/** One finding for each rule and file whose known findings are gone. */
function staleFindings(
  stale: readonly BaselineEntry[],
  baseline: string,
  severity: 'error' | 'info',
): readonly LocatedDiagnostic[] {
  const groups = [...Map.groupBy(stale, ({ file, rule }) => JSON.stringify([file, rule]))].sort(([a], [b]) => (a < b ? -1 : 1));
  return groups.flatMap(([, all]) => {
    const [first] = all;
    if (first === undefined) return [];
    const place = { file: baseline, start: 0, end: 0 };
    const named = {
      rule: 'governance/suppression',
      severity,
      message: `The baseline knows ${plural(all.length, 'finding')} of '${first.rule}' in '${first.file}' that ${all.length === 1 ? 'is' : 'are'} gone`,
      hint: 'Take them out: --baseline-prune.',
    };
    return {
      ...named,
      at: { file: baseline, line: 1, column: 1, endLine: 1, endColumn: 1 },
      related: [],
      fingerprint: fingerprint({ ...named, at: place }, () => undefined),
    };
  });
}
