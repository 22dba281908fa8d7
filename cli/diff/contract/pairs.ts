/**
 * Schemas of both sides, compared pair by pair. Each pair is looked at once, however many operations reach it; what an operation sees is
 * what is reachable from it. A pair that is being compared is taken as equal where it meets itself: so recursive schemas end.
 */
import { GwError } from '../../errors.ts';
import { tokensOf } from '../../load/pointer.ts';
import { canonical } from '../../merge/canonical.ts';
import type { Resolver } from '../../resolve/api.ts';
import { isFields } from '../../resolve/walk.ts';
import { compareChoices } from './choices.ts';
import { opposite, type Sender } from './kinds.ts';
import { type Comparing, type Edge, type Local, note } from './local.ts';
import { compareMembers } from './members.ts';
import { childOf, type SchemaNode } from './schema-node.ts';
import { type Unit, Units } from './unit.ts';
import { compareTypes, compareValues } from './values.ts';

/** A difference, and the way to it from where the comparison began. */
export interface Reached extends Local {
  /** `/items[]/name`; empty at the beginning. */
  readonly path: string;
}

interface Pair {
  readonly locals: readonly Local[];
  readonly edges: readonly Edge[];
}

const nothing: Pair = { locals: [], edges: [] };

/** Keys that say nothing about what is valid. */
const documentation = ['title', 'description', 'example', 'examples', 'externalDocs', '$comment', 'xml'] as const;

/** Steps of one question whether two schemas are the same. */
const SAME_STEPS = 2_000;

/** Schemas that are looked at together, in all: some hundred in documents of thousands of operations. */
const MAX_COMBINED = 20_000;

export class SchemaPairs {
  readonly base: Units;
  readonly head: Units;
  readonly #pairs = new Map<string, Pair | undefined>();
  readonly #same = new Map<string, boolean>();
  #combined = 0;

  constructor(base: Resolver, head: Resolver) {
    this.base = new Units(base);
    this.head = new Units(head);
  }

  /** Everything that differs below two schemas, in messages that `sender` writes; the shortest way to each. */
  differences(base: readonly SchemaNode[], head: readonly SchemaNode[], sender: Sender): readonly Reached[] {
    const found: Reached[] = [];
    this.#walk(this.base.of(base), this.head.of(head), sender, Number.POSITIVE_INFINITY, (local, path, flip) => {
      found.push({ ...local, kind: flip ? opposite(local.kind) : local.kind, path });
      return true;
    });
    return found;
  }

  #isSame(base: Unit, head: Unit, sender: Sender): boolean {
    const key = `${sender} ${base.key} ${head.key}`;
    const known = this.#same.get(key);
    if (known !== undefined) return known;
    const complete = this.#walk(base, head, sender, SAME_STEPS, ({ kind }) => kind === 'documentation');
    this.#same.set(key, complete);
    return complete;
  }

  /** @returns whether everything was seen: false when `visit` wanted no more, or the steps ended */
  #walk(
    base: Unit,
    head: Unit,
    sender: Sender,
    steps: number,
    visit: (local: Local, path: string, flip: boolean) => boolean,
  ): boolean {
    const seen = new Set<string>();
    const open: { readonly edge: Edge; readonly path: string; readonly flip: boolean }[] = [
      { edge: { step: '', base, head }, path: '', flip: false },
    ];
    for (let i = 0; i < open.length; i++) {
      const at = open[i];
      if (at === undefined || i > steps) return false;
      const key = `${at.edge.base.key} ${at.edge.head.key} ${at.flip}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const { locals, edges } = this.#pair(at.edge.base, at.edge.head, sender);
      for (const local of locals) if (!visit(local, at.path, at.flip)) return false;
      for (const edge of edges) open.push({ edge, path: at.path + edge.step, flip: at.flip !== (edge.flip === true) });
    }
    return true;
  }

  #pair(base: Unit, head: Unit, sender: Sender): Pair {
    const key = `${sender} ${base.key} ${head.key}`;
    if (this.#pairs.has(key)) return this.#pairs.get(key) ?? nothing;
    this.#pairs.set(key, undefined);
    const pair = this.#asReferences(base, head) ?? this.#asWritten(base, head, sender) ?? this.#compare(base, head, sender);
    this.#pairs.set(key, pair);
    return pair;
  }

  #compare(base: Unit, head: Unit, sender: Sender): Pair {
    this.#count(base, head);
    const at: Comparing = {
      base,
      head,
      baseUnits: this.base,
      headUnits: this.head,
      hides: hiddenFrom(sender),
      same: (from, to) => this.#isSame(from, to, sender),
      locals: [],
      edges: [],
    };
    const isOther = compareTypes(at);
    if (!isOther) {
      compareValues(at);
      compareMembers(at);
      compareChoices(at);
    }
    compareDocumentation(at);
    return { locals: at.locals, edges: at.edges };
  }

  /** @throws GwError when schemas hold together in more ways than anybody writes: what cannot be compared shall not pass */
  #count(base: Unit, head: Unit): void {
    const [root] = [...head.roots, ...base.roots];
    if (root === undefined || (base.roots.length < 2 && head.roots.length < 2)) return;
    this.#combined += base.leaves.length + head.leaves.length;
    if (this.#combined <= MAX_COMBINED) return;
    throw new GwError(
      'ERR_GW_TOO_LARGE',
      `${root.document.file} combines its schemas in too many ways to be compared, at #${root.pointer}`,
      'Schemas that refer to each other by allOf, or by anyOf with null, hold together in every combination.',
    );
  }

  /**
   * References on both sides differ as what they lead to does, which is compared once however many lead there: else the properties of
   * schemas that all refer to each other would be compared for every reference anew.
   */
  #asReferences({ roots: [from, ...more] }: Unit, { roots: [to, ...others] }: Unit): Pair | undefined {
    if (from === undefined || to === undefined || more.length + others.length > 0) return undefined;
    if (!isReference(from) || !isReference(to)) return undefined;
    const [base, head] = [this.base.target(from), this.head.target(to)];
    if (base === undefined || head === undefined) return undefined;
    const texts = [from, to].map(({ value }) => canonical(documentation.map((key) => memberOf(value, key) ?? null)));
    const changed: Local = { kind: 'documentation', detail: '', message: 'description or example changed', base: from, head: to };
    return {
      locals: texts[0] === texts[1] ? [] : [changed],
      edges: [{ step: '', base: this.base.of([base]), head: this.head.of([head]) }],
    };
  }

  /** Schemas of one text differ only where their references lead; undefined when the texts are not one. */
  #asWritten(base: Unit, head: Unit, sender: Sender): Pair | undefined {
    const hides = hiddenFrom(sender);
    const [[from, ...more], [to, ...others]] = [base.roots, head.roots];
    if (from === undefined || to === undefined || more.length > 0 || others.length > 0 || from.version !== to.version)
      return undefined;
    if (!isEqual(from.value, to.value)) return undefined;
    const edges: Edge[] = [];
    const seen = new Set<string>();
    // A map of schemas has names for keys, which may be those of keywords.
    const open: { readonly left: SchemaNode; readonly right: SchemaNode; readonly isMap: boolean }[] = [
      { left: from, right: to, isMap: false },
    ];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { left, right, isMap } = next;
      for (const [key, value] of entriesOf(left.value)) {
        if (!isMap && key === '$ref' && typeof value === 'string') {
          const [a, b] = [this.base.target(left), this.head.target(right)];
          const pair = `${a?.document.file}#${a?.pointer} ${b?.document.file}#${b?.pointer}`;
          if (a === undefined || b === undefined || seen.has(pair)) continue;
          seen.add(pair);
          edges.push({ step: stepFrom(from.pointer, left.pointer), base: this.base.of([a]), head: this.head.of([b]) });
        } else if (typeof value === 'object' && value !== null && (isMap || !isData(key)) && memberOf(value, hides) !== true) {
          open.push({
            left: childOf(left, value, key),
            right: childOf(right, memberOf(right.value, key), key),
            isMap: !isMap && typeof key === 'string' && maps.has(key),
          });
        }
      }
    }
    return { locals: [], edges };
  }
}

/** The mark of properties that messages of a sender never hold. */
function hiddenFrom(sender: Sender): 'readOnly' | 'writeOnly' {
  return sender === 'client' ? 'readOnly' : 'writeOnly';
}

/** A reference, and texts beside it at most. */
function isReference({ value }: SchemaNode): boolean {
  if (!isFields(value) || typeof memberOf(value, '$ref') !== 'string') return false;
  return Object.keys(value).every((key) => key === '$ref' || documentation.some((one) => one === key));
}

/** Keys whose values hold no schema. */
function isData(key: string | number): boolean {
  return (
    typeof key === 'string' &&
    (key === 'enum' || key === 'const' || key === 'default' || key === 'example' || key === 'examples' || key.startsWith('x-'))
  );
}

function entriesOf(value: unknown): readonly (readonly [string | number, unknown])[] {
  if (Array.isArray(value)) return value.map((item: unknown, index) => [index, item]);
  return isFields(value) ? Object.entries(value) : [];
}

function memberOf(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return typeof key === 'number' ? value[key] : undefined;
  return isFields(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The way from one schema to one below it, as people read it. A property may have the name of a keyword. */
function stepFrom(from: string, to: string): string {
  const tokens = tokensOf(to.slice(from.length));
  let step = '';
  for (let i = 0; i < tokens.length; i++) {
    const keyword = tokens[i];
    if (keyword === 'items') step += '[]';
    else if (keyword === 'additionalProperties') step += '/*';
    else if (keyword !== undefined && holders.has(keyword)) {
      i += 1;
      if (keyword === 'properties' || keyword === 'patternProperties') step += `/${tokens[i] ?? ''}`;
      else if (keyword === 'prefixItems') step += `[${tokens[i] ?? ''}]`;
    }
  }
  return step;
}

/** Keywords that hold schemas by names. */
const maps: ReadonlySet<string> = new Set(['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions']);
/** Keywords whose schemas have names or places of their own. */
const holders: ReadonlySet<string> = new Set([...maps, 'prefixItems', 'allOf', 'oneOf', 'anyOf']);

function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [entriesOf(a), entriesOf(b)];
  return left.length === right.length && left.every(([key, value]) => isEqual(value, memberOf(b, key)));
}

/** D3: texts are counted, and shown only when asked for. */
function compareDocumentation(at: Comparing): void {
  const text = ({ leaves }: Unit): string =>
    leaves
      .flatMap(({ value }) => (isFields(value) && documentation.some((key) => value[key] !== undefined) ? [value] : []))
      .map((value) => canonical(documentation.map((key) => value[key] ?? null)))
      .join();
  if (text(at.base) !== text(at.head)) note(at, 'documentation', 'description or example changed');
  const deprecated = ({ leaves }: Unit): boolean => leaves.some(({ value }) => isFields(value) && value.deprecated === true);
  const [was, is] = [deprecated(at.base), deprecated(at.head)];
  if (was !== is)
    note(at, is ? 'deprecated' : 'reactivated', is ? 'deprecated' : 'no longer deprecated', { keyword: 'deprecated' });
}
