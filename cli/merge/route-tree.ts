/** Operations by template, as a tree of segments: which templates match a common path is found without comparing all pairs. */
import { normalizeLiteral } from '../emit/literal.ts';
import { compareParts } from '../emit/matcher.ts';
import type { Segment } from '../plan/ir.ts';
import { erased, matchesParts, segmentKey } from './template.ts';
import { endsAgree, partsWitness } from './witness.ts';

/** All that stands at one template, names erased. */
export interface Leaf<T> {
  readonly segments: readonly Segment[];
  readonly members: T[];
}

interface TreeNode<T> {
  readonly literals: Map<string, TreeNode<T>>;
  /** By `segmentKey`. */
  readonly templates: Map<string, { readonly parts: readonly (string | 0)[]; readonly node: TreeNode<T> }>;
  parameter: TreeNode<T> | undefined;
  rest: Leaf<T> | undefined;
  leaf: Leaf<T> | undefined;
}

/** Work that is left; comparing ends when it is used up. */
export interface Budget {
  steps: number;
}

/** Steps that intersecting two in-segment templates costs, by time. */
const stepsPerIntersection = 5;

export class RouteTree<T> {
  readonly #root: TreeNode<T> = emptyNode();
  readonly #leaves: Leaf<T>[] = [];

  constructor(items: readonly T[], segmentsOf: (item: T) => readonly Segment[]) {
    for (const item of items) this.#plant(segmentsOf(item), item);
  }

  /** In the order in which their first members came. */
  get leaves(): readonly Leaf<T>[] {
    return this.#leaves;
  }

  /**
   * Every leaf that matches a path of `leaf` and that the router tries before it.
   *
   * @returns what was found when the budget ended, if it did
   */
  before(leaf: Leaf<T>, budget: Budget): readonly Leaf<T>[] {
    const found: Leaf<T>[] = [];
    const open: { readonly node: TreeNode<T>; readonly index: number; readonly decided: boolean }[] = [
      { node: this.#root, index: 0, decided: false },
    ];
    for (let at = open.pop(); at !== undefined && budget.steps > 0; at = open.pop()) {
      const { node, index, decided } = at;
      const segment = segmentAt(leaf.segments, index);
      if (decided && node.leaf !== undefined && index >= leaf.segments.length) found.push(node.leaf);
      if (segment === undefined) continue;
      if (decided && node.rest !== undefined && restFits(leaf.segments, index)) found.push(node.rest);
      const entered = enter(node, segment, decided, budget);
      for (const { node: next, isMore } of entered.reverse())
        open.push({ node: next, index: index + 1, decided: decided || isMore });
    }
    return found;
  }

  /**
   * What stands at one, two, … plain parameters in place of the multi-segment parameter that ends `leaf`: only these can hide all paths
   * of a certain number of segments from it.
   */
  parametersInstead({
    segments,
  }: Leaf<T>): readonly { readonly leaf: Leaf<T> | undefined; readonly rest: Leaf<T> | undefined }[] {
    let node: TreeNode<T> | undefined = this.#root;
    for (const segment of segments.slice(0, -1)) if (node !== undefined && segment.kind !== 'rest') node = child(node, segment);
    const chain: TreeNode<T>[] = [];
    for (node = node.parameter; node !== undefined; node = node.parameter) chain.push(node);
    return chain;
  }

  #plant(segments: readonly Segment[], item: T): void {
    let node = this.#root;
    for (const segment of segments) {
      if (segment.kind === 'rest') {
        node.rest ??= this.#addLeaf(segments);
        node.rest.members.push(item);
        return;
      }
      node = child(node, segment);
    }
    node.leaf ??= this.#addLeaf(segments);
    node.leaf.members.push(item);
  }

  #addLeaf(segments: readonly Segment[]): Leaf<T> {
    const leaf = { segments, members: [] };
    this.#leaves.push(leaf);
    return leaf;
  }
}

function emptyNode<T>(): TreeNode<T> {
  return { literals: new Map(), templates: new Map(), parameter: undefined, rest: undefined, leaf: undefined };
}

function child<T>(node: TreeNode<T>, segment: Exclude<Segment, { readonly kind: 'rest' }>): TreeNode<T> {
  if (segment.kind === 'parameter') {
    node.parameter ??= emptyNode();
    return node.parameter;
  }
  if (segment.kind === 'literal') {
    const text = normalizeLiteral(segment.text);
    const known = node.literals.get(text) ?? emptyNode();
    node.literals.set(text, known);
    return known;
  }
  const key = segmentKey(segment);
  const known = node.templates.get(key) ?? { parts: erased(segment.parts), node: emptyNode<T>() };
  node.templates.set(key, known);
  return known.node;
}

/** The segment at a position; a multi-segment parameter stands at all positions from its own on. */
function segmentAt(segments: readonly Segment[], index: number): Segment | undefined {
  const last = segments.at(-1);
  return segments[index] ?? (last?.kind === 'rest' ? last : undefined);
}

/** Whether a multi-segment parameter of another template can take all segments from here on: none of them is empty. */
function restFits(segments: readonly Segment[], index: number): boolean {
  return segments.slice(index).every((segment) => segment.kind !== 'literal' || segment.text !== '');
}

interface Entered<T> {
  readonly node: TreeNode<T>;
  /** Whether this choice is tried before the one the segment itself stands for. */
  readonly isMore: boolean;
}

/** The choices of a node that match a common text with the segment; before anything is decided, only those not tried after it. */
function enter<T>(node: TreeNode<T>, segment: Segment, decided: boolean, budget: Budget): Entered<T>[] {
  const entered: Entered<T>[] = [];
  const add = (next: TreeNode<T> | undefined, isMore: boolean): void => {
    budget.steps--;
    if (next !== undefined) entered.push({ node: next, isMore });
  };
  switch (segment.kind) {
    case 'literal': {
      const text = normalizeLiteral(segment.text);
      add(node.literals.get(text), false);
      if (!decided || text === '') break;
      for (const { parts, node: next } of node.templates.values()) add(matchesParts(parts, text) ? next : undefined, false);
      add(node.parameter, false);
      break;
    }
    case 'template':
      enterTemplate(node, erased(segment.parts), segmentKey(segment), decided, budget, add);
      if (decided) add(node.parameter, false);
      break;
    case 'parameter':
    case 'rest':
      for (const [text, next] of node.literals) add(text === '' ? undefined : next, true);
      for (const { node: next } of node.templates.values()) add(next, true);
      add(node.parameter, segment.kind === 'rest');
      break;
  }
  return entered;
}

function enterTemplate<T>(
  node: TreeNode<T>,
  parts: readonly (string | 0)[],
  key: string,
  decided: boolean,
  budget: Budget,
  add: (next: TreeNode<T> | undefined, isMore: boolean) => void,
): void {
  for (const [text, next] of node.literals) add(matchesParts(parts, text) ? next : undefined, true);
  for (const [otherKey, other] of node.templates) {
    if (otherKey === key) add(other.node, false);
    else if (!endsAgree(parts, other.parts)) budget.steps--;
    else if (decided || compareParts(other.parts, parts) < 0) {
      budget.steps -= stepsPerIntersection;
      add(partsWitness(parts, other.parts) === undefined ? undefined : other.node, true);
    }
  }
}
