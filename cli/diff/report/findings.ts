import type { LocatedDiagnostic } from '../../diagnostics.ts';
import type { Findings } from '../../report/findings.ts';
import type { Change, Report } from '../change.ts';
import { blocks } from './group.ts';

/** Changes as findings, for the formats that CI services read: what blocks is an error, what may hurt a warning, the rest a note. */
export function asFindings(report: Report): Findings {
  const all = report.changes
    .filter(({ verdict }) => verdict !== 'documentation')
    .map((change) => [change, asFinding(change, report)] as const);
  return {
    diagnostics: [...report.errors, ...all.filter(([{ approved }]) => approved === undefined).map(([, one]) => one)],
    suppressed: all.filter(([{ approved }]) => approved !== undefined).map(([, one]) => one),
    root: '.',
    source: () => undefined,
    documents: new Set(report.changes.flatMap(({ at }) => (at.head ?? at.base)?.file ?? [])).size,
    shown: (file) => file,
  };
}

const nowhere = { file: 'gateway.yaml', line: 1, column: 1, endLine: 1, endColumn: 1 };

function asFinding(change: Change, report: Report): LocatedDiagnostic {
  const { id, message, at, routes, fingerprint, witness, approved, verdict, direction } = change;
  const [route, ...more] = routes;
  const name = route === undefined ? '' : `${route.name}${more.length === 0 ? '' : ` and ${more.length} more`}: `;
  const shows = witness === undefined ? '' : `, such as ${witness}`;
  const [, method, path] = /^(\S+) (\/\S*)/.exec(route?.name ?? '') ?? [];
  const mayHurt = verdict === 'potential' || verdict === 'weakened' || verdict === 'breaking' || verdict === 'conflict';
  return {
    rule: `diff/${id}`,
    severity: blocks(change, report) ? 'error' : mayHurt ? 'warn' : 'info',
    message: `${name}${message}${shows}${direction === 'weaker' || direction === 'unknown' ? ` (${direction})` : ''}`,
    at: at.head ?? at.base ?? nowhere,
    related: at.head === undefined || at.base === undefined ? [] : [{ at: at.base, message: 'Here in the base' }],
    fingerprint,
    ...(route?.owner === undefined ? {} : { owner: route.owner }),
    ...(method === undefined || path === undefined ? {} : { operation: { method, path } }),
    ...(approved === undefined ? {} : { suppressed: { by: 'gateway', reason: approved.reason } }),
  };
}
