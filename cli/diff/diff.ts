/** Two route tables → a report. Everything is computed from the tables; texts of documents only give places. */

import { plural } from '../report/findings.ts';
import { type Approval, applyApprovals } from './approvals.ts';
import { type Change, type ChangeDraft, type Report, type Verdict, verdicts } from './change.ts';
import { conflictChanges } from './conflicts.ts';
import { contractChanges } from './contract/contract.ts';
import { versionChanges } from './contract/version.ts';
import type { RouteTable, TableRoute } from './effective.ts';
import { finish } from './finish.ts';
import { lifecycleChanges, removedRoutes } from './lifecycle.ts';
import { type Matched, match } from './matched.ts';
import { policyChanges } from './policy/policy.ts';
import { reviewersOf } from './reviewers.ts';
import { trafficChanges } from './traffic.ts';

export interface DiffOptions {
  /** Midnight (UTC) of the day that announcements are judged on, in milliseconds. */
  readonly nowMs: number;
  readonly failOn: readonly Verdict[];
  readonly approvals?: readonly Approval[];
  /** About the reading of `approvals.yaml`. */
  readonly notes?: Report['notes'];
}

/** What fails the command unless `--fail-on` says otherwise. */
export const failOnByDefault: readonly Verdict[] = ['weakened', 'breaking', 'conflict'];

/** Compares two sides. */
export function diffTables(base: RouteTable, head: RouteTable, options: DiffOptions): Report {
  const all = match(base, head);
  const unread = unreadOf(head, all);
  const matched = { ...all, removed: all.removed.filter((route) => !unread.has(route)) };
  const drafts: readonly ChangeDraft[] = [
    ...trafficChanges(matched, head),
    ...removedRoutes(matched.removed, options.nowMs),
    ...lifecycleChanges(matched.pairs, options.nowMs),
    ...conflictChanges(base, head),
    ...policyChanges(matched.pairs, base, head),
    ...contractChanges(matched.pairs, base, head, options.nowMs),
  ];
  const now = new Date(options.nowMs).toISOString().slice(0, 10);
  const { changes, notes } = applyApprovals(
    finish([...drafts, ...versionChanges(matched, drafts)]),
    options.approvals ?? [],
    now,
  );
  const allNotes = [...(options.notes ?? []), ...notes];
  const errors = head.diagnostics.filter(({ severity }) => severity === 'error');
  return {
    base: base.label,
    head: head.label,
    name: head.name,
    changes,
    routes: {
      base: base.routes.size,
      head: head.routes.size,
      added: matched.added.length,
      removed: matched.removed.length,
      changed: changedRoutes(changes, new Set(matched.pairs.map(({ head: { key } }) => key))),
    },
    documentation: changes.filter(({ verdict }) => verdict === 'documentation').length,
    skipped: [...base.skipped, ...skippedOf(base), ...head.skipped, ...unreadTexts(unread)],
    errors,
    notes: allNotes,
    reviewers: reviewersOf(changes, base.config, head.config),
    failOn: options.failOn,
    failed:
      head.failed ||
      allNotes.some(({ severity }) => severity === 'error') ||
      changes.some(({ verdict, approved }) => approved === undefined && options.failOn.includes(verdict)),
  };
}

/** D14: an old, broken base is compared as far as it can be read. */
function skippedOf({ label, failed, diagnostics }: RouteTable): readonly string[] {
  if (!failed) return [];
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return [];
  const more = errors.length === 1 ? '' : ` (and ${errors.length - 1} more)`;
  const { at, rule, message } = first;
  return [`${label} has errors; what they concern may be missing from it: ${at.file}:${at.line} ${rule}: ${message}${more}`];
}

/** Routes of documents that cannot be read in the head, by file: what became of them is not known. */
function unreadOf({ diagnostics }: RouteTable, { removed }: Matched): ReadonlyMap<TableRoute, string> {
  const broken = diagnostics.filter(
    ({ rule, severity }) => severity === 'error' && (rule === 'spec/parse' || rule === 'spec/version'),
  );
  const files = new Set(broken.map(({ at }) => at.file));
  return new Map(
    removed.flatMap((route) => {
      const file = route.operation?.api.entry.file;
      return file !== undefined && files.has(file) ? [[route, file] as const] : [];
    }),
  );
}

function unreadTexts(unread: ReadonlyMap<TableRoute, string>): readonly string[] {
  return [...Map.groupBy(unread.values(), (file) => file)].map(
    ([file, { length }]) =>
      `${plural(length, 'route')} of ${file} ${length === 1 ? 'is' : 'are'} not compared: it cannot be read in the head`,
  );
}

function changedRoutes(changes: readonly Change[], present: ReadonlySet<string>): number {
  const relevant = changes.filter(({ verdict, id }) => verdict !== 'documentation' && id !== 'path-parameters-renamed');
  return new Set(relevant.flatMap(({ routes }) => routes.map(({ key }) => key)).filter((key) => present.has(key))).size;
}

/** Reads `--fail-on`: verdicts, or `none`; undefined for what is neither. */
export function readFailOn(text: string): readonly Verdict[] | undefined {
  if (text === 'none') return [];
  const names = text.split(',').map((name) => name.trim());
  const known = names.flatMap((name) => verdicts.find((verdict) => verdict === name) ?? []);
  return known.length === names.length ? known : undefined;
}
