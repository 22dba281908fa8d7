/** How two values of the group `authorize` compare: who gets past them. */
import { canonical } from '../../merge/canonical.ts';
import type { Json } from '../../plan/ir.ts';
import { json } from '../../plan/json.ts';
import type { Compared } from '../../plan/key.ts';
import { parseDuration } from '../../plan/units.ts';
import type { Fields } from '../../resolve/api.ts';
import { isFields } from '../../resolve/walk.ts';
import { combined, compareNumbers, compareSets, textsOf } from './direction.ts';

/** Words that a token must have, or of which it must have one. */
export function compareWords(more: 'weaker' | 'tighter'): (before: Json, after: Json) => Compared {
  return (before, after) => compareSets(textsOf(before), textsOf(after), more);
}

/** None, any second factor, or one of those listed that is not too old. */
export function compareMfa(before: Json, after: Json): Compared {
  if (canonical(before) === canonical(after)) return 'equal';
  if (before === false || after === false) return after === false ? 'weaker' : 'tighter';
  if (!isFields(before) || !isFields(after)) return 'unknown';
  const list = (key: string): Compared =>
    before[key] === undefined || after[key] === undefined
      ? canonical(json(before[key] ?? null)) === canonical(json(after[key] ?? null))
        ? 'equal'
        : 'unknown'
      : compareSets(textsOf(before[key]), textsOf(after[key]), 'weaker');
  const age = ({ maxAge }: Fields): number => (typeof maxAge === 'string' ? (parseDuration(maxAge) ?? 0) : Infinity);
  return combined([list('amr'), list('acr'), compareNumbers(age(before), age(after))]);
}

/** Whether a refusal tells that there is something. */
export function compareHiding(before: Json, after: Json): Compared {
  return before === after ? 'equal' : after === true ? 'tighter' : 'weaker';
}
