/** What several writers show alike: changes that say the same of many routes as one line, and the words of the summary. */
import type { LocatedDiagnostic } from '../../diagnostics.ts';
import type { Location } from '../../location.ts';
import { plural } from '../../report/findings.ts';
import type { Change, Report, RouteName, Section, Verdict } from '../change.ts';

/** Changes of one section that say the same at the same place. */
export interface Group {
  readonly first: Change;
  readonly changes: readonly Change[];
  readonly routes: readonly RouteName[];
}

export const titles: Readonly<Record<Section, string>> = {
  policy: 'Policy',
  conflicts: 'Conflicts with other teams',
  contract: 'Contract',
  traffic: 'Routes',
  lifecycle: 'Lifecycle',
  documentation: 'Documentation',
};

/** The changes of a section, those that say the same together; in the order of the report. */
export function grouped(changes: readonly Change[], section: Section): readonly Group[] {
  const groups = Map.groupBy(
    changes.filter((one) => one.section === section),
    ({ id, message, before, after, at, verdict, approved }) =>
      JSON.stringify([id, saidOf(message), before, after, at.base ?? at.head, verdict, approved !== undefined]),
  );
  // Routes that come and go are named one by one.
  const single = section === 'traffic' || section === 'conflicts';
  return [...groups.values()].flatMap((all) => (single ? all.map(groupOf1) : groupOf(all)));
}

/** What is said of a place, without the way to it, which may be another in each operation. */
function saidOf(message: string): string {
  return message.slice(message.indexOf(': ') + 1);
}

function groupOf1(change: Change): Group {
  return { first: change, changes: [change], routes: change.routes };
}

function groupOf(changes: readonly Change[]): readonly Group[] {
  const [first] = changes;
  if (first === undefined) return [];
  const routes = new Map(changes.flatMap((one) => one.routes.map((route) => [route.key, route] as const)));
  return [{ first, changes, routes: [...routes.values()] }];
}

/** Whether a change fails the command. */
export function blocks({ verdict, approved }: Change, { failOn }: Pick<Report, 'failOn'>): boolean {
  return approved === undefined && failOn.includes(verdict);
}

/** `2 blocking · 1 policy weakened · 3 routes added`; what is not there is not said. */
export function summaryOf(report: Report): string {
  const { changes, routes, documentation, errors } = report;
  const count = (verdict: Verdict): number =>
    changes.filter((one) => one.verdict === verdict && one.approved === undefined).length;
  const approved = changes.filter((one) => one.approved !== undefined).length;
  const parts = [
    [errors.length, plural(errors.length, 'error')],
    [
      changes.filter((change) => blocks(change, report)).length,
      `${changes.filter((change) => blocks(change, report)).length} blocking`,
    ],
    [count('weakened'), `${count('weakened')} ${count('weakened') === 1 ? 'policy' : 'policies'} weakened`],
    [count('conflict'), plural(count('conflict'), 'conflict')],
    [count('breaking'), `${count('breaking')} breaking`],
    [routes.added, `${plural(routes.added, 'route')} added`],
    [routes.changed, `${plural(routes.changed, 'route')} changed`],
    [routes.removed, `${plural(routes.removed, 'route')} removed`],
    [approved, `${approved} approved`],
    [documentation, `${documentation} documentation only`],
  ] as const;
  const said = parts.filter(([number]) => number > 0).map(([, text]) => text);
  return said.length === 0 ? 'No changes' : said.join(' · ');
}

/** `specs/orders.yaml:12`: the head's place, or where it was. */
export function placeOf({ at }: Change): string {
  const shown: Location | undefined = at.head ?? at.base;
  return shown === undefined ? '' : `${shown.file}:${shown.line}${at.head === undefined ? ' (base)' : ''}`;
}

/** An error of the head in one line. */
export function errorText({ at, rule, message }: LocatedDiagnostic): string {
  return `${at.file}:${at.line}:${at.column} ${rule}: ${message}`;
}

/** The route of a group, or how many there are. */
export function routesText(routes: readonly RouteName[]): string {
  const [first] = routes;
  if (first === undefined) return '';
  return routes.length === 1 ? first.name : `${plural(routes.length, 'route')}: ${first.name}, …`;
}

/** Teams that a group concerns, sorted. */
export function teamsOf({ changes }: Group): readonly string[] {
  return [...new Set(changes.flatMap(({ teams }) => teams))].sort();
}

/** Fingerprints of a change of many; the JSON report has all. */
const PRINTS_SHOWN = 4;

export function printsText(changes: readonly Change[]): string {
  const prints = changes.slice(0, PRINTS_SHOWN).map(({ fingerprint }) => fingerprint);
  return `${prints.join(' ')}${changes.length > prints.length ? ` and ${changes.length - prints.length} more` : ''}`;
}

/** What a name or a value of a document may take of a line for people, in characters; the JSON report has all of it. */
const LONGEST = 300;

export function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}
