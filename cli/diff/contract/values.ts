/** Differences of keywords that speak of one value: types, bounds, lists of values, forms, defaults. */
import { canonical } from '../../merge/canonical.ts';
import { isFields } from '../../resolve/walk.ts';
import { type Comparing, firstOf, isText, note, shown, valuesOf } from './local.ts';
import { type Types, typesText } from './types.ts';
import { enumOf, type Unit } from './unit.ts';

/** @returns whether the types have nothing in common: then nothing below is worth a word */
export function compareTypes(at: Comparing): boolean {
  const { base, head, baseUnits, headUnits } = at;
  const [before, after] = [baseUnits.solidTypes(base), headUnits.solidTypes(head)];
  const [takes, took] = [headUnits.takesNull(head), baseUnits.takesNull(base)];
  if (base.isNever !== head.isNever) {
    note(at, head.isNever ? 'became-impossible' : 'became-possible', head.isNever ? 'nothing fits any more' : 'was impossible');
    return true;
  }
  if (takes !== took && before !== undefined && after !== undefined)
    note(at, takes ? 'became-nullable' : 'became-not-nullable', takes ? 'may be null now' : 'may not be null any more', {
      keyword: 'type',
    });
  const kind = typeKind(before, after);
  if (kind === undefined) return false;
  note(at, kind, `type: ${typesText(before)} → ${typesText(after)}`, {
    before: typesText(before),
    after: typesText(after),
    keyword: 'type',
  });
  return kind === 'type-changed';
}

function typeKind(before: Types, after: Types): string | undefined {
  const narrower = before === undefined ? after !== undefined : after !== undefined && [...before].some((one) => !after.has(one));
  const wider = after === undefined ? before !== undefined : before !== undefined && [...after].some((one) => !before.has(one));
  if (!narrower && !wider) return undefined;
  return narrower && wider ? 'type-changed' : narrower ? 'type-specialized' : 'type-generalized';
}

export function compareValues(at: Comparing): void {
  compareEnums(at);
  compareExtensible(at);
  compareBounds(at);
  compareForms(at);
  compareDefault(at);
}

function compareEnums(at: Comparing): void {
  const [before, after] = [solidEnum(at.base), solidEnum(at.head)];
  const keyword = valuesOf(at.head, 'enum').length + valuesOf(at.base, 'enum').length > 0 ? 'enum' : 'const';
  if (before === undefined && after === undefined) return;
  if (before === undefined) {
    note(at, 'became-enum', `only ${shown([...(after ?? []).values()])} now`, { after: [...(after ?? []).values()], keyword });
    return;
  }
  if (after === undefined) {
    note(at, 'no-longer-enum', `no longer only ${shown([...before.values()])}`, { before: [...before.values()], keyword });
    return;
  }
  const [removed, added] = [minus(before, after), minus(after, before)];
  if (before.size === 1 && after.size === 1 && removed.length === 1) {
    note(at, 'const-changed', `value: ${shown(removed[0])} → ${shown(added[0])}`, {
      before: removed[0],
      after: added[0],
      keyword,
    });
    return;
  }
  for (const value of removed)
    note(at, 'enum-value-removed', `value ${shown(value)} removed`, { detail: canonical(value), before: value, keyword });
  for (const value of added)
    note(at, 'enum-value-added', `value ${shown(value)} added`, { detail: canonical(value), after: value, keyword });
}

/** Null is told apart by `nullable`. */
function solidEnum(unit: Unit): ReadonlyMap<string, unknown> | undefined {
  const values = enumOf(unit);
  return values === undefined ? undefined : new Map([...values].filter(([, value]) => value !== null));
}

function minus(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): readonly unknown[] {
  return [...a].filter(([key]) => !b.has(key)).map(([, value]) => value);
}

/** `x-extensible-enum`: values that are known, of more to come. */
function compareExtensible(at: Comparing): void {
  const [before, after] = [extensible(at.base), extensible(at.head)];
  if (before === undefined || after === undefined) return;
  const keyword = 'x-extensible-enum';
  for (const value of minus(before, after))
    note(at, `${keyword}-value-removed`, `value ${shown(value)} removed`, { detail: canonical(value), before: value, keyword });
  for (const value of minus(after, before))
    note(at, `${keyword}-value-added`, `value ${shown(value)} added`, { detail: canonical(value), after: value, keyword });
}

function extensible(unit: Unit): ReadonlyMap<string, unknown> | undefined {
  const list = valuesOf(unit, 'x-extensible-enum').find((value) => Array.isArray(value));
  return Array.isArray(list) ? new Map(list.map((value: unknown) => [canonical(value), value])) : undefined;
}

/** A bound of numbers; of two that are equal the exclusive one is tighter. */
interface Bound {
  readonly value: number;
  readonly exclusive: boolean;
}

const counts = [
  ['minLength', 'min-length'],
  ['maxLength', 'max-length'],
  ['minItems', 'min-items'],
  ['maxItems', 'max-items'],
  ['minProperties', 'min-properties'],
  ['maxProperties', 'max-properties'],
  ['minContains', 'min-contains'],
  ['maxContains', 'max-contains'],
] as const;

function compareBounds(at: Comparing): void {
  compareBound(
    at,
    'min',
    limit(at.base, 'minimum', 'exclusiveMinimum', 1),
    limit(at.head, 'minimum', 'exclusiveMinimum', 1),
    'minimum',
  );
  compareBound(
    at,
    'max',
    limit(at.base, 'maximum', 'exclusiveMaximum', -1),
    limit(at.head, 'maximum', 'exclusiveMaximum', -1),
    'maximum',
  );
  for (const [keyword, kind] of counts) {
    const sign = keyword.startsWith('min') ? 1 : -1;
    compareBound(at, kind, limit(at.base, keyword, undefined, sign), limit(at.head, keyword, undefined, sign), keyword);
  }
}

/** The tightest of all leaves. A least number of nothing is no bound. */
function limit(unit: Unit, inclusive: string, exclusive: string | undefined, sign: 1 | -1): Bound | undefined {
  let tightest: Bound | undefined;
  const take = (value: unknown, isExclusive: boolean): void => {
    if (typeof value !== 'number' || (exclusive === undefined && sign === 1 && value <= 0)) return;
    const difference = tightest === undefined ? 1 : (value - tightest.value) * sign;
    if (difference > 0 || (difference === 0 && isExclusive)) tightest = { value, exclusive: isExclusive };
  };
  for (const { value } of unit.leaves) {
    if (!isFields(value)) continue;
    const beside = exclusive === undefined ? undefined : value[exclusive];
    // 3.0 says by a flag what later versions say by a number.
    take(value[inclusive], beside === true);
    if (typeof beside === 'number') take(beside, true);
  }
  return tightest;
}

function compareBound(at: Comparing, name: string, before: Bound | undefined, after: Bound | undefined, keyword: string): void {
  if (before?.value === after?.value && before?.exclusive === after?.exclusive) return;
  const isMin = name.startsWith('min');
  const place = { keyword, before: boundText(before), after: boundText(after) };
  const message = `${keyword}: ${boundText(before) ?? 'none'} → ${boundText(after) ?? 'none'}`;
  if (before === undefined) note(at, `${name}-set`, message, place);
  else if (after === undefined) note(at, `${name}-unset`, message, place);
  else {
    const up = after.value === before.value ? after.exclusive === isMin : after.value > before.value;
    note(at, `${name}-${up ? 'increased' : 'decreased'}`, message, place);
  }
}

function boundText(bound: Bound | undefined): string | undefined {
  return bound === undefined ? undefined : `${bound.value}${bound.exclusive ? ' (exclusive)' : ''}`;
}

/** Formats of which every value of the first is one of the second. */
const generalizations: readonly string[] = [
  'int32 int64',
  'float double',
  'ipv4 ip',
  'ipv6 ip',
  'uri uri-reference',
  'uri iri',
  'email idn-email',
  'hostname idn-hostname',
];

function compareForms(at: Comparing): void {
  compareForm(at, 'pattern', patternOf);
  compareForm(at, 'format', (unit) => encodings(unit).format);
  compareForm(at, 'content-encoding', (unit) => encodings(unit).encoding);
  compareForm(at, 'content-media-type', (unit) => encodings(unit).mediaType);
  compareForm(at, 'multiple-of', (unit) => valuesOf(unit, 'multipleOf').map(String).sort().join(' and ') || undefined);
  const [was, is] = [at.base, at.head].map((unit) => valuesOf(unit, 'uniqueItems').includes(true));
  if (was !== is)
    note(at, is === true ? 'unique-items-added' : 'unique-items-removed', `uniqueItems: ${was} → ${is}`, {
      keyword: 'uniqueItems',
    });
}

function compareForm(at: Comparing, name: string, read: (unit: Unit) => string | undefined): void {
  const [before, after] = [read(at.base), read(at.head)];
  if (before === after) return;
  const keyword = name.replaceAll(/-([a-z])/g, (_all, letter: string) => letter.toUpperCase());
  const message = `${keyword}: ${before ?? 'none'} → ${after ?? 'none'}`;
  const more = { keyword, before, after };
  if (before === undefined) note(at, `${name}-added`, message, more);
  else if (after === undefined) note(at, `${name}-removed`, message, more);
  else if (name === 'format' && generalizations.includes(`${before} ${after}`)) note(at, 'format-generalized', message, more);
  else if (name === 'format' && generalizations.includes(`${after} ${before}`)) note(at, 'format-specialized', message, more);
  else note(at, `${name}-changed`, message, more);
}

/** All patterns that hold together; one that everything fits is none. */
function patternOf(unit: Unit): string | undefined {
  const patterns = valuesOf(unit, 'pattern').filter((value) => isText(value) && !/^\^?(?:\.\*)?\$?$/.test(value));
  return [...new Set(patterns.map(String))].sort().join(' and ') || undefined;
}

/** What 3.0 says by `format`, 3.1 says by what the content is. */
function encodings(unit: Unit): { readonly format?: string; readonly encoding?: string; readonly mediaType?: string } {
  const format = firstOf(unit, 'format', isText);
  const encoding = firstOf(unit, 'contentEncoding', isText);
  const mediaType = firstOf(unit, 'contentMediaType', isText);
  if (format === 'byte') return { encoding: encoding ?? 'base64', ...(mediaType === undefined ? {} : { mediaType }) };
  if (format === 'binary') return { mediaType: mediaType ?? 'application/octet-stream' };
  return {
    ...(format === undefined ? {} : { format }),
    ...(encoding === undefined ? {} : { encoding }),
    ...(mediaType === undefined ? {} : { mediaType }),
  };
}

function compareDefault(at: Comparing): void {
  const [[before], [after]] = [valuesOf(at.base, 'default'), valuesOf(at.head, 'default')];
  if (canonical(before ?? null) === canonical(after ?? null) && (before === undefined) === (after === undefined)) return;
  const kind =
    before === undefined ? 'default-value-added' : after === undefined ? 'default-value-removed' : 'default-value-changed';
  const message = `default: ${before === undefined ? 'none' : shown(before)} → ${after === undefined ? 'none' : shown(after)}`;
  note(at, kind, message, { keyword: 'default', before, after });
}
