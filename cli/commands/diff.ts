import { appendFileSync } from 'node:fs';
import { basename, dirname, posix } from 'node:path';
import { readApprovals } from '../diff/approvals.ts';
import type { Report } from '../diff/change.ts';
import { type DiffOptions, diffTables, failOnByDefault, readFailOn } from '../diff/diff.ts';
import { routeTable, type TableOptions } from '../diff/effective.ts';
import { writeOutputs } from '../diff/report/outputs.ts';
import { type Format, formats, writeDiff } from '../diff/report/report.ts';
import { openSides, type SideSource } from '../diff/sides.ts';
import { GwError } from '../errors.ts';
import { openWorkspace } from '../load/workspace.ts';
import { parseTargets, type ReportTarget } from '../report/report.ts';
import { commitIn, governingOf } from './governing.ts';
import { dateOf, existing, NO_UPSTREAM, type Options, text, textList } from './input.ts';
import { print, wantsColor, writeText } from './output.ts';

/** `gw diff <base> [head]`: what a change of the documents does to traffic, policies and contracts. */
export async function diff(sides: readonly string[], options: Options): Promise<number> {
  const [base, head, ...more] = sides;
  if (base === undefined || more.length > 0)
    throw new GwError(
      'ERR_GW_USAGE',
      'gw diff compares two sides',
      'Name the base, and the head unless it is the current folder.',
    );
  const [config, ...others] = textList(options, 'config');
  if (others.length > 0) throw new GwError('ERR_GW_USAGE', 'gw diff compares one gateway', 'Name one gateway file with -c.');
  const now = dateOf(text(options, 'now')) ?? new Date().toISOString().slice(0, 10);
  const targets = parseTargets(textList(options, 'format'), formats);
  const failing = failOn(text(options, 'failOn'));
  using opened = openSides(base, head, { upstream: NO_UPSTREAM, ...(config === undefined ? {} : { config }) });
  const before = routeTable(opened.base, { now, isBase: true });
  const after = routeTable(opened.head, { now, ...governedBy(opened.head, text(options, 'configFrom')) });
  const approved = approvalsOf(opened.head, text(options, 'approvals'));
  const report = diffTables(before, after, { nowMs: Date.parse(now), failOn: failing, ...approved });
  for (const { format, file } of targets.length === 0 ? [{ format: 'text' as const, file: undefined }] : targets) {
    const written = await writeDiff(report, format, {
      color: file === undefined && wantsColor(process.stdout),
      docs: options.docs === true,
      ...links(),
    });
    if (file === undefined) await print(written);
    else writeText(file, written);
  }
  if (targets.some(({ format }) => format === 'github')) await tellActions(report, targets);
  return report.failed ? 1 : 0;
}

/** The summary of the step, and its outputs for the steps that follow, where GitHub Actions takes them. */
async function tellActions(report: Report, targets: readonly ReportTarget<Format>[]): Promise<void> {
  const { GITHUB_STEP_SUMMARY: summary = '', GITHUB_OUTPUT: output = '' } = process.env;
  if (summary !== '') appendFileSync(summary, await writeDiff(report, 'markdown', { color: false, docs: false, ...links() }));
  if (output !== '') appendFileSync(output, writeOutputs(report, targets));
}

/** `--config-from`: guardrails and suppressions that the head is held to. */
function governedBy(head: SideSource, name: string | undefined): Pick<TableOptions, 'governedBy'> {
  if (name === undefined || head.kind !== 'documents') return {};
  // Documents have no guardrails, but a wrong name shall not pass for that.
  if (head.source.kind !== 'config') {
    commitIn(head.root, name);
    return {};
  }
  return { governedBy: governingOf(head.root, head.source.file, name) };
}

/** `--approvals`, else `approvals.yaml` beside the gateway file of the head. */
function approvalsOf(head: SideSource, given: string | undefined): Pick<DiffOptions, 'approvals' | 'notes'> {
  if (given !== undefined) {
    const path = existing(given);
    return readApprovals(openWorkspace(dirname(path)), basename(path));
  }
  if (head.kind !== 'documents' || head.source.kind !== 'config') return {};
  return readApprovals(openWorkspace(head.root), posix.join(posix.dirname(head.source.file), 'approvals.yaml'));
}

/** Where files of the head are shown, as GitHub Actions says. */
function links(): { readonly links?: string } {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_SHA: commit } = process.env;
  const all = [server, repository, commit];
  if (all.some((part) => part === undefined || !/^[\w:/.-]+$/.test(part))) return {};
  return { links: `${server}/${repository}/blob/${commit}/` };
}

function failOn(written: string | undefined): DiffOptions['failOn'] {
  if (written === undefined) return failOnByDefault;
  const read = readFailOn(written);
  if (read === undefined)
    throw new GwError(
      'ERR_GW_USAGE',
      `--fail-on ${written} names no verdict`,
      'Verdicts are conflict, weakened, breaking, potential, compatible; or none.',
    );
  return read;
}
