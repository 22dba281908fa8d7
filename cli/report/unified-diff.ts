/** Lines around a change. */
const CONTEXT = 3;

/** One stretch of lines that became another; numbers start at 0. */
interface Change {
  readonly start: number;
  readonly end: number;
  readonly newStart: number;
  readonly newEnd: number;
}

/** Two texts of one file as a unified diff that `git apply` takes; empty when they are equal. */
export function unifiedDiff(file: string, before: string, after: string): string {
  if (before === after) return '';
  const old = linesOf(before);
  const fresh = linesOf(after);
  const hunks = hunksOf(changesOf(old, fresh));
  const lines = hunks.map((changes) => hunk(changes, old, fresh));
  return `--- a/${file}\n+++ b/${file}\n${lines.join('')}`;
}

/** Lines with their ends. */
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/**
 * What differs, found greedily: after a difference, the nearest pair of equal lines. For texts that differ in few places, as these do; the
 * result is right for all.
 */
function changesOf(old: readonly string[], fresh: readonly string[]): readonly Change[] {
  const changes: Change[] = [];
  let at = 0;
  let newAt = 0;
  while (at < old.length || newAt < fresh.length) {
    if (old[at] === fresh[newAt]) {
      at++;
      newAt++;
      continue;
    }
    const [skip, newSkip] = nearestMatch(old, fresh, at, newAt);
    changes.push({ start: at, end: at + skip, newStart: newAt, newEnd: newAt + newSkip });
    at += skip;
    newAt += newSkip;
  }
  return changes;
}

/** Lines that are looked at for the end of a change. */
const REACH = 200;

function nearestMatch(old: readonly string[], fresh: readonly string[], at: number, newAt: number): readonly [number, number] {
  for (let distance = 1; distance <= REACH; distance++) {
    for (let skip = 0; skip <= distance; skip++) {
      const newSkip = distance - skip;
      const isEnd = at + skip >= old.length && newAt + newSkip >= fresh.length;
      if (isEnd || (old[at + skip] !== undefined && old[at + skip] === fresh[newAt + newSkip])) {
        return [Math.min(skip, old.length - at), Math.min(newSkip, fresh.length - newAt)];
      }
    }
  }
  return [old.length - at, fresh.length - newAt];
}

/** Changes whose surroundings touch stand in one hunk. */
function hunksOf(changes: readonly Change[]): readonly (readonly Change[])[] {
  const hunks: Change[][] = [];
  for (const change of changes) {
    const last = hunks.at(-1);
    const end = last?.at(-1)?.end;
    if (last === undefined || end === undefined || change.start - end > 2 * CONTEXT) hunks.push([change]);
    else last.push(change);
  }
  return hunks;
}

function hunk(changes: readonly Change[], old: readonly string[], fresh: readonly string[]): string {
  const first = changes[0];
  const last = changes.at(-1);
  if (first === undefined || last === undefined) return '';
  const from = Math.max(0, first.start - CONTEXT);
  const to = Math.min(old.length, last.end + CONTEXT);
  const newFrom = first.newStart - (first.start - from);
  const newTo = last.newEnd + (to - last.end);
  const lines: string[] = [];
  let at = from;
  for (const { start, end, newStart, newEnd } of changes) {
    for (const line of old.slice(at, start)) lines.push(` ${line}`);
    for (const line of old.slice(start, end)) lines.push(`-${line}`);
    for (const line of fresh.slice(newStart, newEnd)) lines.push(`+${line}`);
    at = end;
  }
  for (const line of old.slice(at, to)) lines.push(` ${line}`);
  const body = lines.map((line) => (line.endsWith('\n') ? line : `${line}\n\\ No newline at end of file\n`)).join('');
  return `@@ -${range(from, to)} +${range(newFrom, newTo)} @@\n${body}`;
}

/** `3,7`; an empty range names the line before it. */
function range(from: number, to: number): string {
  return `${to === from ? from : from + 1},${to - from}`;
}
