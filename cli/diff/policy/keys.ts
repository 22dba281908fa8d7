/**
 * What changes of the keys of `x-gateway` weigh. How two values compare is said by the vocabulary; here stands what it cannot say: what
 * it means that a value is there, and how values without one number compare. A key that is not in this table has a row all the same.
 */
import { canonical } from '../../merge/canonical.ts';
import type { EffectiveValue, Json } from '../../plan/ir.ts';
import { type Compared, type Key, ranked } from '../../plan/key.ts';
import { parseSize } from '../../plan/units.ts';
import type { Fields } from '../../resolve/api.ts';
import { isFields } from '../../resolve/walk.ts';
import { compareHiding, compareMfa, compareWords } from './authorization.ts';
import { combined, compareNumbers, compareRanges, compareSets, textsOf, type Weight } from './direction.ts';
import { compareLimits } from './limits.ts';

export interface PolicyRow {
  readonly weight: Weight;
  /** What it means that the value is there. */
  readonly presence: 'tighter' | 'weaker' | 'unknown';
  /** What a route without the value does, where that can be written, too. */
  readonly absent?: Json;
  readonly compare?: (before: EffectiveValue, after: EffectiveValue) => Compared;
}

const plain = (compare: (before: Json, after: Json) => Compared): NonNullable<PolicyRow['compare']> => {
  return (before, after) => compare(before.authored, after.authored);
};

const authorization: Weight = { weaker: 'critical', tighter: 'medium' };

const rows: readonly (readonly [key: RegExp, row: PolicyRow])[] = [
  [/^authorize\.scopes$/, { weight: authorization, presence: 'tighter', compare: plain(compareWords('tighter')) }],
  // One of the roles is enough.
  [/^authorize\.roles$/, { weight: authorization, presence: 'tighter', compare: plain(compareWords('weaker')) }],
  [/^authorize\.(?:defaultDeny|sensitive)$/, { weight: authorization, presence: 'tighter', absent: false }],
  [/^authorize\.mfa$/, { weight: authorization, presence: 'tighter', absent: false, compare: plain(compareMfa) }],
  // Decides, and refuses nobody: as good as no authorization.
  [/^authorize\.shadow$/, { weight: authorization, presence: 'weaker', absent: false }],
  [
    /^authorize\.hideExistence$/,
    { weight: { weaker: 'medium', tighter: 'info' }, presence: 'tighter', absent: false, compare: plain(compareHiding) },
  ],
  [/^authorize\./, { weight: authorization, presence: 'tighter' }],
  [/^ip$/, { weight: { weaker: 'critical', tighter: 'medium' }, presence: 'tighter', compare: plain(compareIp) }],
  [/^limits\.(?:rate|quota)$/, { weight: { weaker: 'high', tighter: 'medium' }, presence: 'tighter', compare: compareLimits }],
  [
    /^limits\.(?:concurrency|spikeArrest)$/,
    { weight: { weaker: 'medium', tighter: 'low' }, presence: 'tighter', compare: compareCounting },
  ],
  [
    /^limits\.(?:headers|query)$/,
    { weight: { weaker: 'medium', tighter: 'low' }, presence: 'tighter', compare: plain(compareBounds) },
  ],
  [/^limits\.fields$/, { weight: { weaker: 'info', tighter: 'info' }, presence: 'unknown' }],
  [/^(?:limits|timeouts)\./, { weight: { weaker: 'medium', tighter: 'low' }, presence: 'tighter' }],
  [/^validation\./, { weight: { weaker: 'high', tighter: 'medium' }, presence: 'tighter' }],
  [/^headers\./, { weight: { weaker: 'high', tighter: 'medium' }, presence: 'unknown', compare: plain(compareEdits) }],
  [/^cors$/, { weight: { weaker: 'high', tighter: 'medium' }, presence: 'weaker', compare: plain(compareCors) }],
  [/^(?:cache|retry)$/, { weight: { weaker: 'high', tighter: 'info' }, presence: 'weaker' }],
  [/^audience$/, { weight: { weaker: 'critical', tighter: 'medium' }, presence: 'tighter', compare: plain(compareAudience) }],
  [/^visibility$/, { weight: { weaker: 'medium', tighter: 'info' }, presence: 'tighter', compare: plain(compareVisibility) }],
  [/^lifecycle\.(?:docs|successor)$/, { weight: { weaker: 'info', tighter: 'info' }, presence: 'unknown' }],
];

/** Keys whose meaning is told elsewhere: by traffic, lifecycle and owners. */
const elsewhere: ReadonlySet<string> = new Set([
  'owner',
  'public',
  'upstream',
  'split',
  'match',
  'version',
  'rewrite',
  'redirect',
  'lifecycle.deprecated',
  'lifecycle.sunset',
]);

/** The row of a key; undefined when the key is told elsewhere. */
export function rowOf(key: Pick<Key, 'key' | 'isOrdered'>): PolicyRow | undefined {
  if (elsewhere.has(key.key)) return undefined;
  const row = rows.find(([pattern]) => pattern.test(key.key))?.[1];
  return row ?? { weight: { weaker: 'medium', tighter: 'low' }, presence: key.isOrdered ? 'tighter' : 'unknown' };
}

/** From one effective value to another, either of which may be absent. `lowered` tells whether two values of one magnitude mean the same. */
export function compareValue(
  key: Key,
  row: PolicyRow,
  before: EffectiveValue | undefined,
  after: EffectiveValue | undefined,
  lowered: () => boolean,
): Compared {
  if (before === undefined || after === undefined) {
    if (before === after) return 'equal';
    const only = (before ?? after)?.authored;
    if (row.absent !== undefined && canonical(only ?? null) === canonical(row.absent)) return 'equal';
    const appears = row.presence;
    return before === undefined || appears === 'unknown' ? appears : appears === 'tighter' ? 'weaker' : 'tighter';
  }
  if (row.compare !== undefined) return row.compare(before, after);
  if (canonical(before.authored) === canonical(after.authored)) return 'equal';
  const compared = key.compare(before.authored, after.authored);
  return compared === 'equal' && !lowered() ? 'unknown' : compared;
}

/** Not every limit of these is an object; what is none has an order of its own. */
function compareCounting(before: EffectiveValue, after: EffectiveValue): Compared {
  if (isFields(before.authored) || isFields(after.authored)) return compareLimits(before, after);
  const [from, to] = [before, after].map(({ authored }) => perSecond(String(authored)));
  const scope = compareLimits({ ...before, authored: {} }, { ...after, authored: {} });
  if (from === undefined || to === undefined) return canonical(before.authored) === canonical(after.authored) ? scope : 'unknown';
  return combined([scope, from === to ? 'equal' : to > from ? 'weaker' : 'tighter']);
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 };

function perSecond(text: string): number | undefined {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)\/([smh])$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) / (units[unit] ?? 1);
}

/** Bounds of a count and of bytes; what is not written bounds nothing. */
function compareBounds(before: Json, after: Json): Compared {
  const [from, to] = [isFields(before) ? before : {}, isFields(after) ? after : {}];
  const countOf = ({ count }: Fields): number => (typeof count === 'number' ? count : Infinity);
  const bytesOf = ({ bytes }: Fields): number => (typeof bytes === 'string' ? (parseSize(bytes) ?? 0) : Infinity);
  return combined([compareNumbers(countOf(from), countOf(to)), compareNumbers(bytesOf(from), bytesOf(to))]);
}

function compareIp(before: Json, after: Json): Compared {
  const [from, to] = [isFields(before) ? before : {}, isFields(after) ? after : {}];
  const [was, is] = [textsOf(from.allow), textsOf(to.allow)];
  const [denied, denies] = [textsOf(from.deny), textsOf(to.deny)];
  // The longest range decides: within the other list a shorter one may turn what it holds around.
  const hasBoth = was.size + is.size > 0 && denied.size + denies.size > 0;
  const compare = hasBoth ? compareSets : compareRanges;
  // No list lets everybody in.
  const allow = was.size === 0 || is.size === 0 ? byPresence(was.size > 0, is.size > 0) : compare(was, is, 'weaker');
  return combined([allow, compare(denied, denies, 'tighter')]);
}

function byPresence(was: boolean, is: boolean): Compared {
  return was === is ? 'equal' : is ? 'tighter' : 'weaker';
}

function compareCors(before: Json, after: Json): Compared {
  const [from, to] = [isFields(before) ? before : {}, isFields(after) ? after : {}];
  const origins = (value: unknown): Compared => (textsOf(value).has('*') ? 'weaker' : 'equal');
  const [was, is] = [origins(from.origins), origins(to.origins)];
  const byOrigin =
    was === is ? compareSets(textsOf(from.origins), textsOf(to.origins), 'weaker') : is === 'weaker' ? 'weaker' : 'tighter';
  const credentials =
    (from.credentials === true) === (to.credentials === true) ? 'equal' : to.credentials === true ? 'weaker' : 'tighter';
  const lists = ['headers', 'expose'].map((key) => compareSets(textsOf(from[key]), textsOf(to[key]), 'weaker'));
  return combined([byOrigin, credentials, ...lists]);
}

/** Fields that are taken away protect; what is set or added may say anything. */
function compareEdits(before: Json, after: Json): Compared {
  const [from, to] = [isFields(before) ? before : {}, isFields(after) ? after : {}];
  const lower = (value: unknown): ReadonlySet<string> => new Set([...textsOf(value)].map((name) => name.toLowerCase()));
  const written = ['set', 'add'].map(
    (key): Compared => (canonical(fields(from[key])) === canonical(fields(to[key])) ? 'equal' : 'unknown'),
  );
  return combined([compareSets(lower(from.remove), lower(to.remove), 'tighter'), ...written]);
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(isFields(value) ? value : {}).map(([name, text]) => [name.toLowerCase(), text]));
}

/** None = everybody. */
function compareAudience(before: Json, after: Json): Compared {
  const [from, to] = [textsOf(before), textsOf(after)];
  if (from.size === 0 || to.size === 0) return from.size === to.size ? 'equal' : to.size === 0 ? 'weaker' : 'tighter';
  return compareSets(from, to, 'weaker');
}

const visibilities = ranked('listed', 'unlisted', 'disabled');

function compareVisibility(before: Json, after: Json): Compared {
  const rank = (value: Json): number => (value === 'unlisted' || value === 'disabled' ? (visibilities.magnitude(value) ?? 0) : 0);
  const [from, to] = [rank(before), rank(after)];
  return from === to ? 'equal' : to < from ? 'weaker' : 'tighter';
}
