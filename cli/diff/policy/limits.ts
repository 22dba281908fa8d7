import { canonical } from '../../merge/canonical.ts';
import type { EffectiveValue, Json, OriginLevel } from '../../plan/ir.ts';
import type { Compared } from '../../plan/key.ts';
import { parseDuration } from '../../plan/units.ts';
import type { Fields } from '../../resolve/api.ts';
import { isFields } from '../../resolve/walk.ts';
import { combined, compareNumbers, compareSets } from './direction.ts';

/**
 * Limits that count, from one value to another: for every plan by itself, by what they count for, what they do when they are spent or
 * their store is away, and by how many operations share a counter (§2.1: a limit counts where it is written).
 */
export function compareLimits(before: EffectiveValue, after: EffectiveValue): Compared {
  const scope = compareScopes(before.origin.level, after.origin.level);
  const [from, to] = [limitsOf(before.authored), limitsOf(after.authored)];
  if (from === undefined || to === undefined)
    return combined([scope, canonical(before.authored) === canonical(after.authored) ? 'equal' : 'unknown']);
  const parts: Compared[] = [scope];
  const rest = [...to];
  for (const limit of from) {
    const index = partner(limit, rest);
    const [other] = index < 0 ? [] : rest.splice(index, 1);
    parts.push(other === undefined ? 'weaker' : compareLimit(limit, other));
  }
  for (const _added of rest) parts.push('tighter');
  return combined(parts);
}

/** How far a counter is shared: by all operations of a document, those of a path, or none. */
const shares: Partial<Readonly<Record<OriginLevel, number>>> = { operation: 1, path: 2 };

function compareScopes(before: OriginLevel, after: OriginLevel): Compared {
  const [from, to] = [shares[before] ?? 3, shares[after] ?? 3];
  return from === to ? 'equal' : to < from ? 'weaker' : 'tighter';
}

/** A limit or a list of them; undefined for what is no object, such as `10/s`. */
function limitsOf(authored: Json): readonly Fields[] | undefined {
  const list: readonly unknown[] = Array.isArray(authored) ? authored : [authored];
  const limits = list.filter(isFields);
  return limits.length === list.length ? limits : undefined;
}

/** The limit that stands for the same: of equal text, counted for the same, or the next one. */
function partner(limit: Fields, others: readonly Fields[]): number {
  const same = (key: (one: Fields) => string): number => others.findIndex((other) => key(other) === key(limit));
  for (const key of [
    canonical,
    (one: Fields) => canonical([one.by ?? null, one.per ?? null]),
    (one: Fields) => canonical(one.by ?? null),
  ]) {
    const index = same(key);
    if (index >= 0) return index;
  }
  return others.length > 0 ? 0 : -1;
}

const known: readonly string[] = [
  'requests',
  'per',
  'by',
  'burst',
  'cost',
  'mode',
  'onStoreFailure',
  'queue',
  'queueTimeout',
  'algorithm',
  'counting',
];

function compareLimit(before: Fields, after: Fields): Compared {
  const more = new Set([...Object.keys(before), ...Object.keys(after)].filter((key) => !known.includes(key)));
  return combined([
    compareAmounts(before, after),
    compareNumbers(numberOf(before.burst) ?? highest(before), numberOf(after.burst) ?? highest(after)),
    compareCosts(before.cost, after.cost),
    compareNumbers(numberOf(before.queue) ?? 0, numberOf(after.queue) ?? 0),
    compareNumbers(secondsOf(before.queueTimeout), secondsOf(after.queueTimeout)),
    compareSets(keysOf(before.by), keysOf(after.by), 'weaker'),
    compareWords(['enforce', 'report'], before.mode ?? 'enforce', after.mode ?? 'enforce'),
    compareWords(['exact', 'leased'], before.counting ?? 'exact', after.counting ?? 'exact'),
    compareWords(['closed', 'local', 'open'], before.onStoreFailure ?? 'local', after.onStoreFailure ?? 'local'),
    ...[...more].map((key): Compared => (canonical(before[key] ?? null) === canonical(after[key] ?? null) ? 'equal' : 'unknown')),
  ]);
}

/** What one request takes; nobody knows how that compares to what answers will tell. */
function compareCosts(before: unknown = 1, after: unknown = 1): Compared {
  if (typeof before === 'number' && typeof after === 'number') return compareNumbers(after, before);
  return canonical(before) === canonical(after) ? 'equal' : 'unknown';
}

/** Requests in a second, plan by plan. A plan that is not named takes the default, and has nothing without one. */
function compareAmounts(before: Fields, after: Fields): Compared {
  const [from, to] = [amountsOf(before.requests), amountsOf(after.requests)];
  const [wasPer, isPer] = [secondsOf(before.per), secondsOf(after.per)];
  const plans = new Set([...from.keys(), ...to.keys()]);
  return combined(
    [...plans].map((plan) =>
      compareNumbers((from.get(plan) ?? from.get('default') ?? 0) / wasPer, (to.get(plan) ?? to.get('default') ?? 0) / isPer),
    ),
  );
}

function amountsOf(requests: unknown): ReadonlyMap<string, number> {
  if (typeof requests === 'number') return new Map([['default', requests]]);
  const entries = Object.entries(isFields(requests) ? requests : {});
  return new Map(entries.flatMap(([plan, amount]) => (typeof amount === 'number' ? [[plan, amount] as const] : [])));
}

function highest({ requests }: Fields): number {
  return Math.max(0, ...amountsOf(requests).values());
}

const calendar: Readonly<Record<string, number>> = { day: 86_400, week: 604_800, month: 2_592_000 };

function secondsOf(per: unknown): number {
  if (typeof per !== 'string') return 1;
  return calendar[per] ?? (parseDuration(per) ?? 1_000) / 1_000;
}

/** What a counter is kept for: more parts are more counters, and all of them together allow more. */
function keysOf(by: unknown): ReadonlySet<string> {
  const list: readonly unknown[] = Array.isArray(by) ? by : [by];
  return new Set(list.map(String).filter((part) => part !== 'global' && part !== 'undefined'));
}

function compareWords(tightestFirst: readonly string[], before: unknown, after: unknown): Compared {
  if (before === after) return 'equal';
  const [from, to] = [tightestFirst.indexOf(String(before)), tightestFirst.indexOf(String(after))];
  return from < 0 || to < 0 ? 'unknown' : to > from ? 'weaker' : 'tighter';
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
