/** Findings that were there when a repository began to be linted (L13): kept in a file, by document and rule, so that only new ones count. */
import type { LocatedDiagnostic } from '../diagnostics.ts';
import { GwError } from '../errors.ts';
import { member } from '../load/pointer.ts';
import { isFields } from '../resolve/walk.ts';
import { ruleById } from './settings.ts';

/** One known finding. */
export interface BaselineEntry {
  readonly file: string;
  readonly rule: string;
  readonly fingerprint: string;
}

/** Which files a run can judge. */
export interface Scope {
  /** Whether the run read the file. */
  wasRead(file: string): boolean;
  /** Whether the file is there at all. */
  exists(file: string): boolean;
}

/** What a baseline leaves of the findings of a run. */
export interface Compared {
  readonly fresh: readonly LocatedDiagnostic[];
  readonly known: readonly LocatedDiagnostic[];
  /** Entries whose finding is gone, of files that this run judges. */
  readonly stale: readonly BaselineEntry[];
}

const VERSION = 1;

/**
 * Reads a baseline.
 *
 * @throws GwError when the text is none
 */
export function readBaseline(name: string, text: string): readonly BaselineEntry[] {
  const content = parse(text);
  const files = member(content, 'files');
  if (member(content, 'version') !== VERSION || !isFields(files)) {
    throw new GwError('ERR_GW_CONFIG', `${name} is no baseline that this gw reads`, 'Write it again with --baseline-write.');
  }
  return Object.entries(files).flatMap(([file, rules]) =>
    Object.entries(isFields(rules) ? rules : {}).flatMap(([rule, kept]) => {
      const prints = member(kept, 'fingerprints');
      return (Array.isArray(prints) ? prints : []).map((fingerprint) => ({ file, rule, fingerprint: String(fingerprint) }));
    }),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Writes entries: sorted, one fingerprint a line, so that changes of two branches merge. */
export function writeBaseline(entries: readonly BaselineEntry[]): string {
  const files = sorted(Map.groupBy(entries, ({ file }) => file)).map(([file, inFile]): [string, unknown] => {
    const rules = sorted(Map.groupBy(inFile, ({ rule }) => rule)).map(([rule, all]): [string, unknown] => {
      const fingerprints = all.map(({ fingerprint }) => fingerprint).sort();
      return [rule, { count: all.length, fingerprints }];
    });
    return [file, Object.fromEntries(rules)];
  });
  return `${JSON.stringify({ version: VERSION, files: Object.fromEntries(files) }, null, 2)}\n`;
}

function sorted<T>(groups: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * Tells new findings from known ones. Each entry stands for one finding; one of the same file is preferred, so that what moved is still
 * known. Locked rules are never known: only the platform team suppresses them.
 */
export function compareBaseline(found: readonly LocatedDiagnostic[], entries: readonly BaselineEntry[], scope: Scope): Compared {
  const left = Map.groupBy(entries, ({ rule, fingerprint }) => `${rule} ${fingerprint}`);
  const known = new Set<LocatedDiagnostic>();
  const take = (diagnostic: LocatedDiagnostic, fits: (entry: BaselineEntry) => boolean): void => {
    const candidates = left.get(`${diagnostic.rule} ${diagnostic.fingerprint}`) ?? [];
    const index = candidates.findIndex(fits);
    if (index === -1 || isLocked(diagnostic.rule)) return;
    candidates.splice(index, 1);
    known.add(diagnostic);
  };
  for (const diagnostic of found) take(diagnostic, ({ file }) => file === diagnostic.at.file);
  // What moved came from a file that this run read too, or that is gone.
  for (const diagnostic of found) if (!known.has(diagnostic)) take(diagnostic, ({ file }) => isJudged(file, scope));
  return {
    fresh: found.filter((one) => !known.has(one)),
    known: found.filter((one) => known.has(one)),
    stale: [...left.values()].flat().filter(({ file }) => isJudged(file, scope)),
  };
}

/** The entries that a run leaves: those of its findings, and those of files that it did not judge. */
export function updatedBaseline(
  found: readonly LocatedDiagnostic[],
  before: readonly BaselineEntry[],
  scope: Scope,
): readonly BaselineEntry[] {
  const kept = before.filter(({ file }) => !isJudged(file, scope));
  const now = found.filter(({ rule }) => !isLocked(rule));
  return [...kept, ...now.map(({ rule, at, fingerprint }) => ({ file: at.file, rule, fingerprint }))];
}

/** The entries without those whose finding is gone. */
export function prunedBaseline(before: readonly BaselineEntry[], stale: readonly BaselineEntry[]): readonly BaselineEntry[] {
  const gone = new Set(stale);
  return before.filter((entry) => !gone.has(entry));
}

function isJudged(file: string, { wasRead, exists }: Scope): boolean {
  return wasRead(file) || !exists(file);
}

/** Whether only the gateway file suppresses a rule; one that is no more is not. */
function isLocked(id: string): boolean {
  try {
    return ruleById(id).locked === true;
  } catch (error) {
    if (error instanceof GwError) return false;
    throw error;
  }
}
