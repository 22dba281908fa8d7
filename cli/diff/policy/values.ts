import { canonical } from '../../merge/canonical.ts';
import type { EffectiveValue } from '../../plan/ir.ts';
import type { Key } from '../../plan/key.ts';
import { vocabulary } from '../../plan/vocabulary.ts';
import { isFields } from '../../resolve/walk.ts';
import type { ChangeDraft, Where } from '../change.ts';
import type { TableRoute } from '../effective.ts';
import { about, type Pair } from '../matched.ts';
import { judged, suffixOf } from './direction.ts';
import { compareValue, rowOf } from './keys.ts';

/** What `x-gateway` and the gateway's defaults come to on a route: every key of the vocabulary, from one effective value to the other. */
export function valueChanges(pair: Pair): readonly ChangeDraft[] {
  return vocabulary.flatMap((key): readonly ChangeDraft[] => {
    const row = rowOf(key);
    if (row === undefined) return [];
    const [before, after] = [effective(pair.base, key), effective(pair.head, key)];
    if (before === undefined && after === undefined) return [];
    const direction = compareValue(key, row, before, after, () => meansTheSame(pair, key, before, after));
    if (direction === 'equal') return [];
    const isLifecycle = key.group === 'lifecycle';
    const scope = canonical(before?.authored ?? null) === canonical(after?.authored ?? null) ? scopeText(before, after) : '';
    return [
      {
        ...about(pair.base, pair.head),
        ...places(before, after),
        id: `${key.key.replaceAll(/[.A-Z]/g, (one) => (one === '.' ? '-' : `-${one.toLowerCase()}`))}-${suffixOf(direction)}`,
        section: isLifecycle ? 'lifecycle' : 'policy',
        ...(row.weight.weaker === 'info' ? judged('neutral', row.weight) : judged(direction, row.weight)),
        subject: key.key,
        message: `${key.key}: ${movedText(before, after)}${scope}`,
        before: before?.authored ?? null,
        after: after?.authored ?? null,
      },
    ];
  });
}

function effective({ plan }: TableRoute, { key }: Key): EffectiveValue | undefined {
  return plan.values.find((value) => value.key === key && value.skipped === undefined);
}

/** Whether two values that weigh the same are lowered to the same, as `60s` and `1m` are. */
function meansTheSame(
  { base, head }: Pair,
  key: Key,
  before: EffectiveValue | undefined,
  after: EffectiveValue | undefined,
): boolean {
  if (base.operation === undefined || head.operation === undefined || before === undefined || after === undefined) return true;
  const [from, to] = [
    key.lower(before.authored, { operation: base.operation, level: before.origin.level }),
    key.lower(after.authored, { operation: head.operation, level: after.origin.level }),
  ];
  return canonical(from) === canonical(to);
}

/** Where each value was written; a built-in one has no place. */
function places(
  before: EffectiveValue | undefined,
  after: EffectiveValue | undefined,
): { readonly base?: Where; readonly head?: Where } {
  return {
    ...(before?.origin.at === undefined ? {} : { base: { known: before.origin.at } }),
    ...(after?.origin.at === undefined ? {} : { head: { known: after.origin.at } }),
  };
}

/** Of two objects what differs alone: `requests 60 → 6000`. */
function movedText(before: EffectiveValue | undefined, after: EffectiveValue | undefined): string {
  const [from, to] = [before?.authored, after?.authored];
  if (!isFields(from) || !isFields(to) || canonical(from) === canonical(to)) return `${shown(from)} → ${shown(to)}`;
  const [was, is] = [new Map<string, unknown>(Object.entries(from)), new Map<string, unknown>(Object.entries(to))];
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((name) => canonical(was.get(name) ?? null) !== canonical(is.get(name) ?? null))
    .sort()
    .map((name) => `${name} ${shown(was.get(name))} → ${shown(is.get(name))}`)
    .join('; ');
}

function shown(authored: unknown): string {
  if (authored === undefined) return 'none';
  const text = typeof authored === 'string' || typeof authored === 'number' ? String(authored) : JSON.stringify(authored);
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}

/** The same limit counts for others when it is written elsewhere. */
function scopeText(before: EffectiveValue | undefined, after: EffectiveValue | undefined): string {
  return before === undefined || after === undefined
    ? ''
    : ` (counted per ${before.origin.level} before, per ${after.origin.level} now)`;
}
