/** The comment on a pull request (§7.3): what blocks first, every line with its route, what was, what is, and where. */
import { markdown, printable } from '../../report/escape.ts';
import { plural } from '../../report/findings.ts';
import { isFields } from '../../resolve/walk.ts';
import type { Change, Report, Section, Verdict } from '../change.ts';
import { blocks, cut, errorText, type Group, grouped, placeOf, routesText, summaryOf, titles } from './group.ts';
import type { WriteOptions } from './write-options.ts';

/** GitHub refuses comments from 65,536 characters on, and the workflow that writes them from 65,000 bytes of UTF-8 on. */
export const MAX_BYTES = 60_000;
/** What the end of a comment needs: the words about what was left out, and how to see it. */
const RESERVED = 4_000;
const LONGEST_LINE = 8_000;
/** Routes of one change that are named. */
const ROUTES_SHOWN = 3;
/** Teams that are named. */
const TEAMS_SHOWN = 50;
/** What was not compared, in sentences. */
const SKIPPED_SHOWN = 3;
/** Errors of the head that are shown. */
const ERRORS_SHOWN = 20;

interface Part {
  readonly title: string;
  readonly groups: readonly Group[];
  readonly columns: readonly string[];
  readonly row: (group: Group) => readonly string[];
  readonly isFolded: boolean;
  /** Of what blocks; takes its room before the others. */
  readonly isWeighty: boolean;
}

/** Found again by whoever updates the comment: one for each gateway. */
export function marker({ name }: Pick<Report, 'name'>): string {
  return `<!-- gw:report:${name.replaceAll(/[^A-Za-z0-9._-]/g, '')} -->`;
}

/** A comment of at most 60,000 bytes; what does not fit is counted. One line when nothing of weight changed. */
export function writeMarkdown(report: Report, { links }: Pick<WriteOptions, 'links'> = {}): string {
  const isQuiet = report.changes.every(({ verdict, id }) => verdict === 'documentation' || id === RENAMED);
  if (isQuiet && report.errors.length + report.notes.length + report.skipped.length === 0) return quiet(report);
  let text = head(report);
  let left = 0;
  for (const { part, room } of withRoom(partsOf(report, links), MAX_BYTES - RESERVED - Buffer.byteLength(text))) {
    const written = table(part, room);
    text += written.text;
    left += written.left;
  }
  return text + foot(report, left);
}

/** What no request notices. */
const RENAMED = 'path-parameters-renamed';

function quiet(report: Report): string {
  const renamed = report.changes.find(({ id }) => id === RENAMED);
  const also = [
    ...(renamed === undefined ? [] : [`${plural(renamed.routes.length, 'route')} with other names of path parameters`]),
    ...(report.documentation === 0 ? [] : [`${plural(report.documentation, 'change')} of documentation`]),
  ];
  const more = also.length === 0 ? '' : ` ${also.join(', ')}.`;
  return `${marker(report)}\ngw: traffic, contracts and policies are as before.${more}\n`;
}

function head(report: Report): string {
  const blocking = report.failed ? '⛔ ' : '';
  const lines = [marker(report), `### gw: ${blocking}${summaryOf(report)}`, `${code(report.base)} → ${code(report.head)}`];
  if (report.reviewers.length > 0) {
    const asked = report.reviewers
      .slice(0, TEAMS_SHOWN)
      .map(({ team, handles, why }) => `${handles.length === 0 ? markdown(cut(team)) : handles.join(' ')} (${why.join(', ')})`);
    const more = report.reviewers.length - asked.length;
    lines.push(`Needs: ${asked.join(' · ')}${more === 0 ? '' : ` and ${more} more teams`}`);
  }
  for (const text of report.skipped.slice(0, SKIPPED_SHOWN)) lines.push('', `⚠ Not compared: ${markdown(cut(text))}`);
  if (report.skipped.length > SKIPPED_SHOWN)
    lines.push('', `⚠ and ${report.skipped.length - SKIPPED_SHOWN} more that were not compared`);
  if (report.errors.length > 0) {
    lines.push('', '#### ⛔ The head cannot be built');
    lines.push(...report.errors.slice(0, ERRORS_SHOWN).map((error) => `- ${markdown(cut(errorText(error)))}`));
    if (report.errors.length > ERRORS_SHOWN) lines.push(`- and ${report.errors.length - ERRORS_SHOWN} more`);
  }
  for (const { severity, message } of report.notes.slice(0, ERRORS_SHOWN))
    lines.push('', `${severity === 'error' ? '⛔' : '⚠'} ${markdown(cut(message))}`);
  if (report.notes.length > ERRORS_SHOWN)
    lines.push('', `and ${report.notes.length - ERRORS_SHOWN} more about \`approvals.yaml\``);
  return `${lines.join('\n')}\n`;
}

const plain: readonly Verdict[] = ['weakened', 'conflict', 'breaking'];

/** What blocks, what is approved, what may hurt, the routes, and folded everything else. */
function partsOf(report: Report, links: string | undefined): readonly Part[] {
  const of = (passes: (change: Change) => boolean, ...sections: readonly Section[]): readonly Group[] =>
    sections.flatMap((section) => grouped(report.changes.filter(passes), section));
  const all: readonly Section[] = ['policy', 'conflicts', 'contract', 'traffic', 'lifecycle'];
  const weighty = ({ verdict, approved }: Change): boolean => plain.includes(verdict) && approved === undefined;
  const isRoute = ({ id }: Change): boolean => id === 'route-added' || id.startsWith('route-removed');
  const rest = (change: Change): boolean => change.verdict !== 'documentation' && !weighty(change) && !isRoute(change);
  const tightened = (change: Change): boolean => rest(change) && change.section === 'policy' && change.approved === undefined;
  const change = (title: string, groups: readonly Group[], isFolded = false): Part => ({
    title,
    groups,
    isFolded,
    isWeighty: /^[⛔⚠]/u.test(title),
    columns: ['route', 'change', 'where', 'approve'],
    row: (group) => changeRow(group, report, links),
  });
  return [
    change(`⛔ ${titles.policy} weakened`, of(weighty, 'policy')),
    change(`⛔ ${titles.conflicts}`, of(weighty, 'conflicts')),
    change('⚠ Breaking for clients', of(weighty, 'contract', 'traffic', 'lifecycle')),
    change('Policy tightened or changed', of(tightened, 'policy')),
    routesPart(
      report,
      of((one) => isRoute(one) && !weighty(one), 'traffic'),
      links,
    ),
    change(
      'Approved',
      of(({ approved }) => approved !== undefined, ...all),
      true,
    ),
    change(
      'Compatible and potentially breaking',
      of((one) => rest(one) && !tightened(one) && one.approved === undefined, ...all),
      true,
    ),
  ];
}

function routesPart({ routes }: Report, groups: readonly Group[], links: string | undefined): Part {
  return {
    title: `Routes: + ${routes.added} added · ~ ${routes.changed} changed · − ${routes.removed} removed`,
    groups,
    isFolded: false,
    isWeighty: false,
    columns: ['', 'route', 'to', 'auth', 'limit', 'owner', 'where'],
    row: ({ first, routes: names }) => {
      const isAdded = first.id === 'route-added';
      const { to, auth, limit, owner } = asSummary(isAdded ? first.after : first.before);
      const note = first.message === 'new' ? '' : `<br>${markdown(cut(first.message))}`;
      return [
        isAdded ? '+' : '−',
        `${code(routesText(names))}${note}`,
        markdown(to),
        markdown(auth),
        markdown(limit),
        markdown(owner),
        place(first, links),
      ];
    },
  };
}

function asSummary(after: unknown): Readonly<Record<'to' | 'auth' | 'limit' | 'owner', string>> {
  const fields = new Map<string, unknown>(Object.entries(typeof after === 'object' && after !== null ? after : {}));
  const text = (key: string): string => {
    const value = fields.get(key);
    if (value === undefined || value === null) return '';
    return cut(typeof value === 'string' ? value : JSON.stringify(value));
  };
  return {
    to: text('to'),
    auth: text('auth'),
    limit: cut(limitText(fields.get('limit')) ?? text('limit')),
    owner: text('owner'),
  };
}

/** `60 per 1m by ip`; undefined for limits that say more. */
function limitText(limit: unknown): string | undefined {
  if (Array.isArray(limit)) {
    const all = limit.map(limitText);
    return all.includes(undefined) ? undefined : all.join(', ');
  }
  if (!isFields(limit) || Object.keys(limit).some((key) => key !== 'requests' && key !== 'per' && key !== 'by')) return undefined;
  const { requests, per, by } = limit;
  if (typeof requests !== 'number' || typeof per !== 'string') return undefined;
  return `${requests} per ${per}${typeof by === 'string' ? ` by ${by}` : ''}`;
}

function changeRow({ first, routes, changes }: Group, report: Report, links: string | undefined): readonly string[] {
  const witness = first.witness === undefined ? '' : ` e.g. ${code(first.witness)}`;
  const owners = [...new Set(routes.flatMap(({ owner }) => owner ?? []))].sort();
  const who = owners.length === 0 ? '' : ` (${markdown(cut(owners.slice(0, 5).join(', ')))}${owners.length > 5 ? ', …' : ''})`;
  const shown = routes.slice(0, ROUTES_SHOWN).map(({ name }) => code(name));
  const names = [...shown, ...(routes.length > shown.length ? [`and ${routes.length - shown.length} more`] : [])].join('<br>');
  const approved = first.approved === undefined ? '' : markdown(cut(`${first.approved.approvedBy}: ${first.approved.reason}`));
  const approve = blocks(first, report)
    ? changes
        .slice(0, 3)
        .map(({ fingerprint }) => `\`${fingerprint}\``)
        .join(' ') + (changes.length > 3 ? ' …' : '')
    : approved;
  return [`${names}${who}`, `${markdown(cut(first.message))}${witness}`, place(first, links), approve];
}

/** `[orders.yaml:12](…)` where the forge is known; of a conflict both places. */
function place(change: Change, links: string | undefined): string {
  const { at } = change;
  const text = placeOf(change);
  const other =
    change.section === 'conflicts' && at.head !== undefined && at.base !== undefined
      ? ` · ${markdown(`${at.base.file}:${at.base.line}`)}`
      : '';
  if (at.head === undefined || links === undefined) return `${markdown(text)}${other}`;
  const path = at.head.file.split('/').map(encodeURIComponent).join('/');
  return `[${markdown(text)}](${links}${path}#L${at.head.line})${other}`;
}

/** Text that is shown as it is. What could end it, or the cell, is escaped as any other text. */
function code(text: string): string {
  const safe = printable(cut(text));
  return /[\\|`]/.test(safe) ? markdown(cut(text)) : `\`${safe}\``;
}

/** What each part may take: what blocks before the rest, and no part all of it while another has need. */
function withRoom(parts: readonly Part[], room: number): readonly { readonly part: Part; readonly room: number }[] {
  const needs = parts.map((part) => ({ part, need: Buffer.byteLength(table(part, Number.POSITIVE_INFINITY).text) }));
  const rooms = new Map<Part, number>();
  let rest = room;
  for (const isWeighty of [true, false]) {
    const alike = needs.filter(({ part, need }) => part.isWeighty === isWeighty && need > 0).sort((a, b) => a.need - b.need);
    for (const [index, { part, need }] of alike.entries()) {
      const given = Math.min(need, Math.floor(rest / (alike.length - index)));
      rooms.set(part, given);
      rest -= given;
    }
  }
  return parts.map((part) => ({ part, room: rooms.get(part) ?? 0 }));
}

/** A part as a table of at most so many bytes. */
function table({ title, groups, columns, row, isFolded }: Part, room: number): { readonly text: string; readonly left: number } {
  if (groups.length === 0) return { text: '', left: 0 };
  const number = title.startsWith('Routes') ? '' : ` (${groups.length})`;
  const opening = isFolded ? `\n<details><summary>${title}${number}</summary>\n` : `\n#### ${title}${number}\n`;
  const closing = isFolded ? '\n</details>\n' : '';
  const more = (left: number): string => (left === 0 ? '' : `\nand ${left} more\n`);
  let text = `${opening}\n| ${columns.join(' | ')} |\n|${columns.map(() => '---').join('|')}|\n`;
  let size = Buffer.byteLength(text) + closing.length;
  let shown = 0;
  for (const group of groups) {
    const line = `| ${row(group).join(' | ')} |\n`;
    const bytes = Buffer.byteLength(line);
    // Of names without end: it shall not hide the lines after it.
    if (bytes > LONGEST_LINE) continue;
    size += bytes;
    if (size + more(groups.length - shown - 1).length > room) break;
    text += line;
    shown += 1;
  }
  const left = groups.length - shown;
  return shown === 0 ? { text: '', left } : { text: text + more(left) + closing, left };
}

function foot(report: Report, left: number): string {
  const more = left === 0 ? [] : [`${plural(left, 'more line')} did not fit: see the JSON report.`];
  const docs = report.documentation === 0 ? [] : [`Documentation only: ${report.documentation}`];
  const approve = report.changes.some((change) => blocks(change, report))
    ? ['To accept a change, add its fingerprint to `approvals.yaml` with a reason. The JSON report has all of them.']
    : [];
  const command = `npx --no-install gw diff ${report.base}${report.head === '.' ? '' : ` ${report.head}`}`;
  return `\n${[...more, ...docs, ...approve, `Reproduce: ${code(command)}`].join('\n\n')}\n`;
}
