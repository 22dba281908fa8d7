import { isAlias, isMap, isNode, isPair, isScalar, isSeq, type Pair, parseDocument, Scalar, type YAMLMap } from 'yaml';
import type { Place } from '../diagnostics.ts';
import { duplicateKey } from './json.ts';
import { type Content, maxDepth, type Parsed, type Span, type SyntaxMistake, tooDeep } from './parsed.ts';
import { tokensOf } from './pointer.ts';

/** Most nodes that aliases may add to what is written: room for every honest use, an end to aliases of aliases of aliases. */
const maxAliasedNodes = 1_000_000;

/**
 * Reads YAML 1.2 (core schema: `off` and dates are strings), with anchors, aliases and merge keys. The value is built here rather than
 * by the library, so that aliased nodes are shared, not copied, and a key named `__proto__` is data.
 */
export function parseYaml(text: string): Parsed {
  let document: ReturnType<typeof read>;
  try {
    document = read(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { content: undefined, mistakes: [tooDeepAt(0)] };
  }
  const [error] = document.errors;
  if (error !== undefined) return { content: undefined, mistakes: [mistakeOf(error)] };
  if (document.contents === null)
    return { content: { value: null, spans: (places) => places.map(() => ({ start: 0, end: 0 })) }, mistakes: [] };
  const root = document.contents;
  const builder = new Builder();
  const built = builder.build(root, 0);
  if (builder.refused !== undefined) return { content: undefined, mistakes: [builder.refused] };
  const finder = new SpanFinder(root, builder.anchors);
  const content: Content = { value: built.value, spans: (places) => places.map((place) => finder.find(place)) };
  return { content, mistakes: builder.duplicates };
}

function read(text: string) {
  return parseDocument(text, {
    uniqueKeys: false,
    stringKeys: true,
    prettyErrors: false,
    resolveKnownTags: false,
    logLevel: 'error',
  });
}

function mistakeOf(error: {
  readonly code: string;
  readonly message: string;
  readonly pos: readonly [number, number];
}): SyntaxMistake {
  const [start, end] = error.pos;
  if (error.code === 'MULTIPLE_DOCS') {
    return {
      start,
      end: start + 3,
      message: 'A second YAML document begins here',
      hint: 'Put each document into a file of its own.',
    };
  }
  if (error.code === 'TAB_AS_INDENT') return { start, end, message: 'YAML is indented with spaces; this is a tab' };
  // How far the parser came depends on its stack, so its place is not said.
  if (error.code === 'RESOURCE_EXHAUSTION') return tooDeepAt(0);
  return { start, end: Math.max(end, start + 1), message: `YAML syntax: ${error.message}` };
}

function tooDeepAt(start: number): SyntaxMistake {
  return { start, end: start + 1, message: tooDeep };
}

interface Built {
  readonly value: unknown;
  /** Nodes of the value with its aliases written out. */
  readonly size: number;
}

/** Turns the syntax tree into plain data. Anchors are noted in the order they are met, since a name may be used again. */
class Builder {
  readonly anchors = new Map<unknown, unknown>();
  readonly duplicates: SyntaxMistake[] = [];
  refused: SyntaxMistake | undefined;
  readonly #named = new Map<string, { readonly node: unknown; readonly built: Built | undefined }>();
  #aliased = 0;

  build(node: unknown, depth: number): Built {
    if (depth > maxDepth) return this.#refuse(tooDeepAt(rangeOf(node).start));
    if (isAlias(node)) return this.#alias(node);
    if (isScalar(node)) return this.#name(node, { value: plain(node), size: 1 });
    if (!isMap(node) && !isSeq(node)) return { value: null, size: 1 };
    if (node.anchor !== undefined) this.#named.set(node.anchor, { node, built: undefined });
    return this.#name(node, isMap(node) ? this.#map(node, depth) : this.#list(node.items, depth));
  }

  #refuse(mistake: SyntaxMistake): Built {
    this.refused ??= mistake;
    return { value: null, size: 1 };
  }

  #name(node: { readonly anchor?: string }, built: Built): Built {
    if (node.anchor !== undefined) this.#named.set(node.anchor, { node, built });
    return built;
  }

  #alias(node: { readonly source: string }): Built {
    const span = rangeOf(node);
    const named = this.#named.get(node.source);
    if (named === undefined) return this.#refuse({ ...span, message: `No anchor '&${node.source}' stands before this alias` });
    if (named.built === undefined)
      return this.#refuse({ ...span, message: `The alias '*${node.source}' stands inside what it repeats` });
    this.anchors.set(node, named.node);
    this.#aliased += named.built.size;
    if (this.#aliased > maxAliasedNodes) {
      return this.#refuse({ ...span, message: `Aliases write out to more than ${maxAliasedNodes} nodes` });
    }
    return named.built;
  }

  #list(items: readonly unknown[], depth: number): Built {
    let size = 1;
    const value = items.map((item) => {
      // In a flow sequence `[a: b]` an item is a pair, which stands for a map of one key.
      const built = isPair(item) ? this.#map({ items: [item] }, depth + 1) : this.build(item, depth + 1);
      size += built.size;
      return built.value;
    });
    return { value, size };
  }

  #map(node: { readonly items: readonly Pair<unknown, unknown>[] }, depth: number): Built {
    const value: Record<string, unknown> = {};
    const merged: unknown[] = [];
    let size = 1;
    for (const pair of node.items) {
      const built = this.build(pair.value, depth + 1);
      size += built.size;
      if (isMergeKey(pair)) {
        merged.push(...(Array.isArray(built.value) ? built.value : [built.value]));
        continue;
      }
      const key = keyOf(pair);
      const { start, end } = rangeOf(pair.key);
      if (Object.hasOwn(value, key)) this.duplicates.push(duplicateKey(key, start, end));
      put(value, key, built.value);
    }
    for (const source of merged) size += inherit(value, source);
    return { value, size };
  }
}

function inherit(value: Record<string, unknown>, source: unknown): number {
  if (typeof source !== 'object' || source === null || Array.isArray(source)) return 0;
  const entries = Object.entries(source);
  for (const [key, inherited] of entries) if (!Object.hasOwn(value, key)) put(value, key, inherited);
  return entries.length;
}

function put(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  else target[key] = value;
}

/** The value of a scalar as JSON knows it: what JSON cannot say (`.inf`, a tagged binary) keeps its text. */
function plain(scalar: Scalar): unknown {
  const { value } = scalar;
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  return scalar.source ?? String(value);
}

function keyOf(pair: Pair<unknown, unknown>): string {
  const { key } = pair;
  if (isScalar(key)) return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
  return typeof key === 'string' ? key : '';
}

function isMergeKey(pair: Pair<unknown, unknown>): boolean {
  return isScalar(pair.key) && pair.key.type === Scalar.PLAIN && keyOf(pair) === '<<';
}

function rangeOf(node: unknown): Span {
  const range = isNode(node) ? node.range : undefined;
  return range ? { start: range[0], end: Math.max(range[1], range[0]) } : { start: 0, end: 0 };
}

/** A step down the syntax tree. */
interface Found {
  readonly key: unknown;
  readonly node: unknown;
}

/** Finds nodes by pointer. Maps are indexed when first passed, so that many places in one large map stay cheap. */
class SpanFinder {
  readonly #root: unknown;
  readonly #aliases: ReadonlyMap<unknown, unknown>;
  readonly #indexes = new Map<YAMLMap, ReadonlyMap<string, Found>>();

  constructor(root: unknown, aliases: ReadonlyMap<unknown, unknown>) {
    this.#root = root;
    this.#aliases = aliases;
  }

  find({ pointer, part }: Pick<Place, 'pointer' | 'part'>): Span {
    let at: Found = { key: undefined, node: this.#root };
    let missing = false;
    for (const token of tokensOf(pointer)) {
      const next = this.#step(this.#follow(at.node), token);
      if (next === undefined) {
        missing = true;
        break;
      }
      at = next;
    }
    const node = this.#follow(at.node);
    const value = node === null || node === undefined ? undefined : rangeOf(node);
    const key = at.key === undefined ? undefined : rangeOf(at.key);
    const start = value?.start ?? 0;
    return part === 'key' || missing || value === undefined ? (key ?? { start, end: start + 1 }) : value;
  }

  #follow(node: unknown): unknown {
    let at = node;
    while (isAlias(at)) at = this.#aliases.get(at);
    return at;
  }

  #step(node: unknown, token: string): Found | undefined {
    if (isSeq(node)) {
      const item = /^\d+$/.test(token) ? node.items[Number(token)] : undefined;
      if (item === undefined) return undefined;
      return isPair(item) ? { key: undefined, node: item.key } : { key: undefined, node: item };
    }
    return isMap(node) ? this.#index(node).get(token) : undefined;
  }

  #index(map: YAMLMap): ReadonlyMap<string, Found> {
    const known = this.#indexes.get(map);
    if (known !== undefined) return known;
    const index = new Map<string, Found>();
    const inherited: Found[] = [];
    for (const pair of map.items) {
      if (isMergeKey(pair)) inherited.push(...this.#merged(pair));
      else index.set(keyOf(pair), { key: pair.key, node: pair.value });
    }
    for (const found of inherited) {
      const key = isScalar(found.key) ? String(found.key.value) : '';
      if (!index.has(key)) index.set(key, found);
    }
    this.#indexes.set(map, index);
    return index;
  }

  #merged(pair: Pair<unknown, unknown>): readonly Found[] {
    const value = this.#follow(pair.value);
    const sources = isSeq(value) ? value.items.map((item) => this.#follow(item)) : [value];
    return sources.flatMap((source) => (isMap(source) ? [...this.#index(source).values()] : []));
  }
}
