import pc from 'picocolors';
import { printable } from '../../report/escape.ts';
import { type Change, type Report, type Severity, sections } from '../change.ts';
import {
  blocks,
  cut,
  errorText,
  type Group,
  grouped,
  placeOf,
  printsText,
  routesText,
  summaryOf,
  teamsOf,
  titles,
} from './group.ts';
import type { WriteOptions } from './write-options.ts';

type Colors = ReturnType<typeof pc.createColors>;

/** Routes that are named below a change of many. */
const ROUTES_SHOWN = 20;

/** A report for people at a terminal: one line a change, what blocks first in each section. */
export function writeText(report: Report, { color, docs }: WriteOptions): string {
  const colors = pc.createColors(color);
  const lines: string[] = [colors.bold(`${printable(cut(report.base))} → ${printable(cut(report.head))}: ${summaryOf(report)}`)];
  // Whoever reads only the beginning shall not take what was left out for harmless.
  if (report.skipped.length > 0)
    lines.push('', colors.bold('Not compared'), ...report.skipped.map((text) => `  ${printable(cut(text))}`));
  if (report.errors.length > 0) {
    lines.push('', colors.bold(`${printable(report.head)} cannot be built`));
    lines.push(...report.errors.slice(0, ROUTES_SHOWN).map((error) => `  ${printable(errorText(error))}`));
    if (report.errors.length > ROUTES_SHOWN) lines.push(`  and ${report.errors.length - ROUTES_SHOWN} more`);
  }
  for (const section of sections) {
    if (section === 'documentation' && !docs) continue;
    const groups = grouped(report.changes, section);
    if (groups.length === 0) continue;
    lines.push('', colors.bold(titles[section]));
    lines.push(...groups.flatMap((group) => entry(group, report, colors)));
  }
  for (const { severity, message } of report.notes)
    lines.push('', `${severity === 'error' ? 'error' : 'warning'}: ${printable(message)}`);
  if (report.reviewers.length > 0) {
    const asked = report.reviewers.map(({ team, handles, why }) => `${[team, ...handles].join(' ')} (${why.join(', ')})`);
    lines.push('', `Ask: ${printable(asked.join(', '))}`);
  }
  if (report.changes.some((change) => blocks(change, report)))
    lines.push('', `${colors.red('✗')} blocks: mend it, or add its fingerprint to approvals.yaml with a reason.`);
  return `${lines.join('\n')}\n`;
}

function entry(group: Group, report: Report, colors: Colors): readonly string[] {
  const { first, routes, changes } = group;
  const mark = blocks(first, report) ? colors.red('✗') : first.approved === undefined ? ' ' : colors.green('✓');
  const place = placeOf(first);
  const witness = first.witness === undefined ? '' : `, such as ${printable(cut(first.witness))}`;
  const teams = teamsOf(group);
  const team = teams.length === 0 ? '' : colors.dim(`  (${printable(cut(teams.join(', ')))})`);
  const head = `${mark} ${paint(first, colors)}  ${printable(cut(routesText(routes)))}  ${printable(cut(first.message))}${witness}${team}`;
  const detail = [place, first.id, `fingerprint ${printsText(changes)}`].filter((text) => text !== '').join('  ');
  const approved =
    first.approved === undefined
      ? []
      : [`    approved by ${printable(first.approved.approvedBy)}: ${printable(first.approved.reason)}`];
  const names = routes.length === 1 ? [] : routes.slice(0, ROUTES_SHOWN).map(({ name }) => `      ${printable(cut(name))}`);
  const more = routes.length > ROUTES_SHOWN ? [`      and ${routes.length - ROUTES_SHOWN} more`] : [];
  return [head, colors.dim(`    ${printable(detail)}`), ...approved, ...names, ...more];
}

function paint({ severity, direction }: Change, colors: Colors): string {
  const text = direction === 'neutral' ? severity : `${severity} ${direction}`;
  const color: Readonly<Record<Severity, (text: string) => string>> = {
    critical: colors.red,
    high: colors.red,
    medium: colors.yellow,
    low: colors.dim,
    info: colors.dim,
  };
  return color[severity](text);
}
