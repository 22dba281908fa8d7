/** Differences of keywords that hold schemas: properties, items, and what applies under conditions. */
import { canonical } from '../../merge/canonical.ts';
import { isFields } from '../../resolve/walk.ts';
import { type Comparing, type Edge, namedSchemas, note, placeIn, schemasOf, valuesOf } from './local.ts';
import type { SchemaNode } from './schema-node.ts';
import type { Unit } from './unit.ts';

export function compareMembers(at: Comparing): void {
  compareProperties(at);
  compareAdditional(at);
  compareItems(at);
  compareOthers(at);
}

/** Places below are compared where both sides have them; an absent one takes anything. */
function edge(
  at: Comparing,
  step: string,
  base: readonly SchemaNode[],
  head: readonly SchemaNode[],
  more: Pick<Edge, 'flip'> = {},
): void {
  at.edges.push({ step, base: at.baseUnits.of(base), head: at.headUnits.of(head), ...more });
}

function required({ leaves }: Unit): ReadonlySet<string> {
  return new Set(
    leaves
      .flatMap(({ value }): readonly unknown[] => (isFields(value) && Array.isArray(value.required) ? value.required : []))
      .map(String),
  );
}

/** Whether properties that are not declared are refused. */
function isClosed({ leaves }: Unit): boolean {
  return leaves.some(
    ({ value }) => isFields(value) && (value.additionalProperties === false || value.unevaluatedProperties === false),
  );
}

function compareProperties(at: Comparing): void {
  const { base, head, baseUnits, headUnits, hides } = at;
  const [before, after] = [namedSchemas(base, 'properties'), namedSchemas(head, 'properties')];
  const [needed, needs] = [required(base), required(head)];
  const names = new Set([...before.keys(), ...after.keys(), ...needed, ...needs]);
  for (const name of names) {
    const [from, to] = [before.get(name), after.get(name)];
    const [was, is] = [isShown(from, baseUnits, hides), isShown(to, headUnits, hides)];
    const hasFrom = was && (from !== undefined || needed.has(name));
    const hasTo = is && (to !== undefined || needs.has(name));
    if (hasFrom && hasTo) {
      edge(at, `/${name}`, from ?? [], to ?? []);
      compareRequired(at, name, needed.has(name), needs.has(name), from, to);
    } else if (hasFrom) removed(at, name, needed.has(name), is, from, to);
    else if (hasTo) added(at, name, needs.has(name), was, from, to);
  }
}

/** A property that this direction never carries is not there. */
function isShown(schemas: readonly SchemaNode[] | undefined, units: Comparing['baseUnits'], hides: Comparing['hides']): boolean {
  if (schemas === undefined) return true;
  return !units.of(schemas).leaves.some(({ value }) => isFields(value) && value[hides] === true);
}

function compareRequired(
  at: Comparing,
  name: string,
  was: boolean,
  is: boolean,
  from: readonly SchemaNode[] | undefined,
  to: readonly SchemaNode[] | undefined,
): void {
  if (was === is) return;
  const kind = is ? 'property-became-required' : 'property-became-optional';
  push(at, kind, name, `${is ? 'required' : 'optional'} now`, from, to);
}

function removed(
  at: Comparing,
  name: string,
  isRequired: boolean,
  isStillShown: boolean,
  from: readonly SchemaNode[] | undefined,
  to: readonly SchemaNode[] | undefined,
): void {
  if (!isStillShown) {
    const mark = at.hides === 'readOnly' ? 'read-only' : 'write-only';
    push(at, `${isRequired ? 'required-' : ''}property-became-${mark}`, name, `${at.hides} now`, from, to);
    return;
  }
  const closed = isClosed(at.head);
  if (isRequired) push(at, 'required-property-removed', name, 'required property removed', from, to);
  else if (!closed) push(at, 'optional-property-removed', name, 'optional property removed', from, to);
  if (closed) push(at, 'closed-property-removed', name, 'no longer taken', from, to);
}

function added(
  at: Comparing,
  name: string,
  isRequired: boolean,
  wasShown: boolean,
  from: readonly SchemaNode[] | undefined,
  to: readonly SchemaNode[] | undefined,
): void {
  if (!wasShown) {
    const mark = at.hides === 'readOnly' ? 'read-only' : 'write-only';
    push(at, `${isRequired ? 'required-' : ''}property-became-not-${mark}`, name, `no longer ${at.hides}`, from, to);
    return;
  }
  const closed = isClosed(at.base);
  if (isRequired) push(at, 'required-property-added', name, 'new required property', from, to);
  else if (!closed) push(at, 'optional-property-added', name, 'new optional property', from, to);
  if (closed) push(at, 'closed-property-added', name, 'taken now', from, to);
}

/** A difference of a property, at the property. */
function push(
  { locals, base, head }: Comparing,
  kind: string,
  name: string,
  message: string,
  from: readonly SchemaNode[] | undefined,
  to: readonly SchemaNode[] | undefined,
): void {
  const [before, after] = [from?.[0] ?? placeIn(base, 'properties'), to?.[0] ?? placeIn(head, 'properties')];
  locals.push({
    kind,
    detail: `/${name}`,
    message,
    ...(before === undefined ? {} : { base: before }),
    ...(after === undefined ? {} : { head: after }),
  });
}

function compareAdditional(at: Comparing): void {
  const [was, is] = [isClosed(at.base), isClosed(at.head)];
  if (was !== is) {
    const kind = is ? 'additional-properties-closed' : 'additional-properties-opened';
    note(at, kind, is ? 'takes no other properties now' : 'takes other properties now', { keyword: 'additionalProperties' });
    return;
  }
  if (was) return;
  const [before, after] = [schemasOf(at.base, 'additionalProperties'), schemasOf(at.head, 'additionalProperties')];
  if (before !== undefined || after !== undefined) edge(at, '/*', before ?? [], after ?? []);
}

function compareItems(at: Comparing): void {
  const [before, after] = [schemasOf(at.base, 'items'), schemasOf(at.head, 'items')];
  if (before !== undefined || after !== undefined) edge(at, '[]', before ?? [], after ?? []);
  const [was, is] = [prefixes(at.base), prefixes(at.head)];
  for (let i = 0; i < Math.max(was.length, is.length); i++) {
    const [from, to] = [was[i], is[i]];
    if (from !== undefined && to !== undefined) edge(at, `[${i}]`, [from], [to]);
    else
      note(
        at,
        to === undefined ? 'prefix-items-removed' : 'prefix-items-added',
        `prefixItems: item ${i} ${to === undefined ? 'removed' : 'added'}`,
        { detail: `${i}`, keyword: 'prefixItems' },
      );
  }
}

function prefixes(unit: Unit): readonly SchemaNode[] {
  const [list] = schemasOf(unit, 'prefixItems') ?? [];
  if (list === undefined || !Array.isArray(list.value)) return [];
  return list.value.map((value: unknown, index) => ({ ...list, pointer: `${list.pointer}/${index}`, value }));
}

/** Keywords with one schema: added and removed as such, compared where both sides have them. */
const single = [
  ['not', 'not', { flip: true }],
  ['contains', 'contains', {}],
  ['propertyNames', 'property-names', {}],
  ['unevaluatedItems', 'unevaluated-items', {}],
  ['contentSchema', 'content-schema', {}],
] as const;

function compareOthers(at: Comparing): void {
  for (const [keyword, kind, more] of single) {
    const [before, after] = [schemasOf(at.base, keyword), schemasOf(at.head, keyword)];
    if (before !== undefined && after !== undefined) edge(at, '', before, after, more);
    else if (after !== undefined) note(at, `${kind}-added`, `${keyword} added`, { keyword });
    else if (before !== undefined) note(at, `${kind}-removed`, `${keyword} removed`, { keyword });
  }
  compareUnevaluated(at);
  compareNamed(at, 'patternProperties', 'pattern-property', (name) => `/${name}`);
  compareNamed(at, 'dependentSchemas', 'dependent-schema', () => '');
  compareDependentRequired(at);
  compareCondition(at);
}

/** A closed object is told as such. */
function compareUnevaluated(at: Comparing): void {
  const keyword = 'unevaluatedProperties';
  const [before, after] = [schemasOf(at.base, keyword), schemasOf(at.head, keyword)];
  const isFalse = (schemas: readonly SchemaNode[] | undefined): boolean => schemas?.some(({ value }) => value === false) === true;
  if (before !== undefined && after !== undefined && !isFalse(before) && !isFalse(after)) edge(at, '/*', before, after);
  else if (before === undefined && after !== undefined) note(at, 'unevaluated-properties-added', `${keyword} added`, { keyword });
  else if (before !== undefined && after === undefined)
    note(at, 'unevaluated-properties-removed', `${keyword} removed`, { keyword });
}

function compareNamed(at: Comparing, keyword: string, kind: string, step: (name: string) => string): void {
  const [before, after] = [namedSchemas(at.base, keyword), namedSchemas(at.head, keyword)];
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const [from, to] = [before.get(name), after.get(name)];
    if (from !== undefined && to !== undefined) edge(at, step(name), from, to);
    else
      note(
        at,
        `${kind}-${to === undefined ? 'removed' : 'added'}`,
        `${keyword} ${name} ${to === undefined ? 'removed' : 'added'}`,
        { detail: name, keyword },
      );
  }
}

function compareDependentRequired(at: Comparing): void {
  const keyword = 'dependentRequired';
  const [before, after] = [dependent(at.base), dependent(at.head)];
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const [from, to] = [before.get(name), after.get(name)];
    if (from === to) continue;
    const kind = from === undefined ? 'added' : to === undefined ? 'removed' : 'changed';
    note(at, `dependent-required-${kind}`, `${keyword} of ${name}: ${from ?? 'none'} → ${to ?? 'none'}`, {
      detail: name,
      keyword,
      before: from,
      after: to,
    });
  }
}

function dependent(unit: Unit): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const map of valuesOf(unit, 'dependentRequired')) {
    for (const [name, list] of Object.entries(isFields(map) ? map : {}))
      if (Array.isArray(list)) found.set(name, list.map(String).sort().join(', '));
  }
  return found;
}

function compareCondition(at: Comparing): void {
  const [before, after] = [at.base, at.head].map((unit) =>
    ['if', 'then', 'else'].map((keyword) => valuesOf(unit, keyword).map(canonical).sort().join()).join(' '),
  );
  if (before === after || before === undefined || after === undefined) return;
  const kind = before.trim() === '' ? 'condition-added' : after.trim() === '' ? 'condition-removed' : 'condition-changed';
  note(at, kind, 'if, then, else: changed', { keyword: 'if' });
}
