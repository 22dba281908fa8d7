import { gwVersion } from '../../package-root.ts';
import { printableJson } from '../../report/escape.ts';
import type { Change, Report } from '../change.ts';
import { errorText } from './group.ts';

/** A report for programs. The same sides give the same bytes, but for their names. */
export function writeJson(report: Report): string {
  return `${printableJson(jsonReport(report))}\n`;
}

/** The report as plain data; `reviewers` is what a check of the forge needs (C4). */
export function jsonReport(report: Report): Readonly<Record<string, unknown>> {
  const { base, head, name, routes, documentation, changes, skipped, errors, notes, reviewers, failOn, failed } = report;
  return {
    tool: 'gw',
    version: gwVersion,
    gateway: name,
    base,
    head,
    verdict: failed ? 'fail' : 'pass',
    failOn,
    summary: { ...countVerdicts(changes), routes, documentation },
    reviewers,
    changes: changes.map(jsonChange),
    skipped,
    errors: errors.map(errorText),
    notes,
  };
}

/** One change as plain data. */
export function jsonChange(change: Change): Readonly<Record<string, unknown>> {
  const { id, section, severity, direction, verdict, routes, message, before, after, at, witness, fingerprint, teams, approved } =
    change;
  return {
    id,
    section,
    severity,
    direction,
    verdict,
    route: routes.length === 1 ? routes[0]?.name : undefined,
    owner: routes.length === 1 ? routes[0]?.owner : undefined,
    routes: routes.length === 1 ? undefined : routes.map(({ name, owner }) => ({ name, owner })),
    message,
    before,
    after,
    at,
    witness,
    fingerprint,
    reviewers: teams,
    approved,
  };
}

function countVerdicts(changes: readonly Change[]): Readonly<Record<string, number>> {
  const of = (verdict: Change['verdict']): number =>
    changes.filter((one) => one.verdict === verdict && one.approved === undefined).length;
  return {
    conflicts: of('conflict'),
    weakened: of('weakened'),
    breaking: of('breaking'),
    potential: of('potential'),
    compatible: of('compatible'),
    approved: changes.filter(({ approved }) => approved !== undefined).length,
  };
}

/** A report as lines: a head without changes, then each change. */
export function writeJsonLines(report: Report): string {
  const { changes: _changes, ...head } = jsonReport(report);
  return [head, ...report.changes.map(jsonChange)].map((line) => `${printableJson(line, 0)}\n`).join('');
}
