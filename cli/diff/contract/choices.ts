/** Differences of `oneOf` and `anyOf`: which branch of one side is which of the other. */

import { lastToken } from '../../load/pointer.ts';
import { canonical } from '../../merge/canonical.ts';
import { referenceIn } from '../../resolve/refs.ts';
import { isFields } from '../../resolve/walk.ts';
import { type Comparing, firstOf, isObject, note, shown } from './local.ts';
import type { SchemaNode } from './schema-node.ts';
import { type Choice, constantsOf, type Unit } from './unit.ts';

/** Pairs of branches that are compared as a whole to find which belong together. */
const MAX_PAIRS = 900;

export function compareChoices(at: Comparing): void {
  const [before, after] = [choicesOf(at.base), choicesOf(at.head)];
  const [first] = before;
  const [other] = after;
  if (before.length === 0 && other !== undefined && after.length === 1) wrapped(at, other, 'head');
  else if (after.length === 0 && first !== undefined && before.length === 1) wrapped(at, first, 'base');
  else {
    for (let i = 0; i < Math.max(before.length, after.length); i++) {
      const [from, to] = [before[i], after[i]];
      if (from !== undefined && to !== undefined) compareBranches(at, from.branches, to.branches, keywordOf(to));
      else if (to !== undefined) note(at, 'all-of-added', 'one more choice to make', { keyword: keywordOf(to) });
      else if (from !== undefined) note(at, 'all-of-removed', 'one choice less to make', { keyword: keywordOf(from) });
    }
  }
  compareDiscriminators(at);
}

/** Choices that are not just a list of values. */
function choicesOf({ choices }: Unit): readonly Choice[] {
  return choices.filter((choice) => choice.branches.length > 0 && constantsOf(choice) === undefined);
}

function keywordOf({ at: { value } }: Choice): 'oneOf' | 'anyOf' {
  return isFields(value) && Object.hasOwn(value, 'oneOf') ? 'oneOf' : 'anyOf';
}

/** One side has alternatives where the other has one schema: which may be one of them. */
function wrapped(at: Comparing, choice: Choice, side: 'base' | 'head'): void {
  const own = side === 'head' ? at.base : at.head;
  const keyword = keywordOf(choice);
  if (own.leaves.length === 0) {
    note(at, side === 'head' ? 'all-of-added' : 'all-of-removed', `${keyword} ${side === 'head' ? 'added' : 'removed'}`, {
      keyword,
    });
    return;
  }
  const units = side === 'head' ? at.headUnits : at.baseUnits;
  const isKept = choice.branches.some((branch) => {
    const unit = units.of([branch]);
    return side === 'head' ? at.same(own, unit) : at.same(unit, own);
  });
  const isHead = side === 'head';
  if (isKept)
    note(at, isHead ? 'wrapped-in-choice' : 'unwrapped-from-choice', `${keyword} ${isHead ? 'added' : 'removed'}`, { keyword });
  else note(at, isHead ? 'all-of-added' : 'all-of-removed', `${keyword} ${isHead ? 'added' : 'removed'}`, { keyword });
}

function compareBranches(
  at: Comparing,
  before: readonly SchemaNode[],
  after: readonly SchemaNode[],
  keyword: 'oneOf' | 'anyOf',
): void {
  const { pairs, removed, added } = matchBranches(at, before, after);
  for (const [from, to] of pairs) at.edges.push({ step: '', base: at.baseUnits.of([from]), head: at.headUnits.of([to]) });
  const kind = keyword === 'oneOf' ? 'one-of' : 'any-of';
  for (const branch of removed)
    note(at, `${kind}-removed`, `alternative ${nameOf(branch)} removed`, { detail: nameOf(branch), keyword });
  for (const branch of added)
    note(at, `${kind}-added`, `alternative ${nameOf(branch)} added`, { detail: nameOf(branch), keyword });
}

interface Branches {
  readonly pairs: readonly (readonly [SchemaNode, SchemaNode])[];
  readonly removed: readonly SchemaNode[];
  readonly added: readonly SchemaNode[];
}

/** First those of one text or name, then those that differ in nothing, then what is left, when it is one on each side. */
function matchBranches(at: Comparing, before: readonly SchemaNode[], after: readonly SchemaNode[]): Branches {
  const pairs: (readonly [SchemaNode, SchemaNode])[] = [];
  let [left, right] = [before, after];
  const pairUp = (matches: (from: SchemaNode, to: SchemaNode) => boolean): void => {
    const taken = new Set<SchemaNode>();
    left = left.filter((from) => {
      const to = right.find((one) => !taken.has(one) && matches(from, one));
      if (to === undefined) return true;
      taken.add(to);
      pairs.push([from, to]);
      return false;
    });
    right = right.filter((one) => !taken.has(one));
  };
  const byText = keyed(canonicalNode);
  pairUp((from, to) => byText(from) === byText(to));
  const byName = keyed(referenceName);
  pairUp((from, to) => byName(from) !== undefined && byName(from) === byName(to));
  if (left.length * right.length <= MAX_PAIRS) pairUp((from, to) => at.same(at.baseUnits.of([from]), at.headUnits.of([to])));
  const [one, other] = [left[0], right[0]];
  if (left.length === 1 && right.length === 1 && one !== undefined && other !== undefined && canBePaired(one, other)) {
    pairs.push([one, other]);
    return { pairs, removed: [], added: [] };
  }
  return { pairs, removed: left, added: right };
}

/** Two components of different names are two alternatives. */
function canBePaired(from: SchemaNode, to: SchemaNode): boolean {
  return referenceName(from) === undefined && referenceName(to) === undefined;
}

function keyed<T>(read: (node: SchemaNode) => T): (node: SchemaNode) => T {
  const known = new Map<SchemaNode, T>();
  return (node) => {
    if (!known.has(node)) known.set(node, read(node));
    return known.get(node) ?? read(node);
  };
}

function canonicalNode({ value }: SchemaNode): string {
  return canonical(value);
}

/** The name of the component that a branch is. */
function referenceName({ value }: SchemaNode): string | undefined {
  const reference = referenceIn(value);
  return reference === undefined ? undefined : (lastToken(reference) ?? reference);
}

function nameOf(branch: SchemaNode): string {
  const name = referenceName(branch);
  if (name !== undefined) return name;
  const { value } = branch;
  if (!isFields(value)) return shown(value);
  if (typeof value.title === 'string') return value.title;
  return typeof value.type === 'string' ? `of type ${value.type}` : (lastToken(branch.pointer) ?? '');
}

function compareDiscriminators(at: Comparing): void {
  const [before, after] = [at.base, at.head].map((unit) => firstOf(unit, 'discriminator', isObject));
  const keyword = 'discriminator';
  if (before === undefined && after === undefined) return;
  if (before === undefined) note(at, 'discriminator-added', `discriminator ${shown(after?.propertyName)} added`, { keyword });
  else if (after === undefined)
    note(at, 'discriminator-removed', `discriminator ${shown(before.propertyName)} removed`, { keyword });
  else if (before.propertyName !== after.propertyName)
    note(at, 'discriminator-changed', `discriminator: ${shown(before.propertyName)} → ${shown(after.propertyName)}`, { keyword });
}
