import type { Compared } from '../../plan/key.ts';
import { allWithin } from '../../policies/address-range.ts';
import type { ChangeDraft, Direction, Severity, Verdict } from '../change.ts';

/** What several comparisons of one value come to: what is weaker here and tighter there cannot be told. */
export function combined(parts: readonly Compared[]): Compared {
  const real = new Set(parts.filter((one) => one !== 'equal'));
  const [only] = real;
  return real.size > 1 ? 'unknown' : (only ?? 'equal');
}

/** What is on a list of things that open (`weaker`) or close (`tighter`) when there are more of them. */
export function compareSets(before: ReadonlySet<string>, after: ReadonlySet<string>, more: 'weaker' | 'tighter'): Compared {
  return byInclusion(
    [...after].some((one) => !before.has(one)),
    [...before].some((one) => !after.has(one)),
    more,
  );
}

/** The same of address ranges: a range within a listed one adds nothing. */
export function compareRanges(before: ReadonlySet<string>, after: ReadonlySet<string>, more: 'weaker' | 'tighter'): Compared {
  return byInclusion(!allWithin(after, before), !allWithin(before, after), more);
}

function byInclusion(isMore: boolean, isLess: boolean, more: 'weaker' | 'tighter'): Compared {
  if (!isMore && !isLess) return 'equal';
  if (isMore && isLess) return 'unknown';
  return isMore === (more === 'weaker') ? 'weaker' : 'tighter';
}

/** The members of a list; none of what is no list. */
export function textsOf(value: unknown): ReadonlySet<string> {
  return new Set(Array.isArray(value) ? value.map(String) : []);
}

/** A bound from one number to another: a higher one lets more pass. */
export function compareNumbers(before: number, after: number): Compared {
  return before === after ? 'equal' : after > before ? 'weaker' : 'tighter';
}

/** The opposite direction. */
export function reversed(compared: Compared): Compared {
  return compared === 'weaker' ? 'tighter' : compared === 'tighter' ? 'weaker' : compared;
}

/** How much a change of protection weighs in each direction. */
export interface Weight {
  readonly weaker: Severity;
  readonly tighter: Severity;
}

/** What a direction means to a reviewer. What cannot be told and weighs much is taken for weaker: nobody has proved that it is not. */
export function judged(
  compared: Direction | 'equal',
  { weaker, tighter }: Weight,
): Pick<ChangeDraft, 'direction' | 'severity' | 'verdict'> {
  if (compared === 'neutral' || compared === 'equal') return { direction: 'neutral', severity: 'info', verdict: 'compatible' };
  if (compared === 'weaker') return { direction: 'weaker', severity: weaker, verdict: 'weakened' };
  if (compared === 'tighter')
    return { direction: 'tighter', severity: tighter, verdict: tighter === 'info' ? 'compatible' : 'potential' };
  const isHeavy = weaker === 'critical' || weaker === 'high';
  const verdict: Verdict = isHeavy ? 'weakened' : 'potential';
  return { direction: 'unknown', severity: isHeavy ? 'high' : 'medium', verdict };
}

/** The last part of an id. */
export function suffixOf(direction: Direction | 'equal'): string {
  return direction === 'weaker' ? 'weakened' : direction === 'tighter' ? 'tightened' : 'changed';
}
