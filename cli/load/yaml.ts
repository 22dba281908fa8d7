import { boolCoreTag, floatCoreTag, intCoreTag, NOT_RESOLVED, nullCoreTag, YAMLException } from 'js-yaml';
import type { Place } from '../diagnostics.ts';
import { duplicateKey } from './json.ts';
import { type Content, maxDepth, type Parsed, type Span, type SyntaxMistake, tooDeep } from './parsed.ts';
import { tokensOf } from './pointer.ts';
import {
  readYamlTree,
  spanOf,
  type YamlAlias,
  type YamlList,
  type YamlMap,
  type YamlNode,
  type YamlPair,
  type YamlScalar,
} from './yaml-nodes.ts';

/** Most nodes that aliases may add to what is written: room for every honest use, an end to aliases of aliases of aliases. */
const maxAliasedNodes = 1_000_000;

/**
 * Reads YAML 1.2 (core schema: `off` and dates are strings), with anchors, aliases and merge keys. The value is built here rather than
 * by the library, so that aliased nodes are shared, not copied, and a key named `__proto__` is data.
 */
export function parseYaml(text: string): Parsed {
  let tree: ReturnType<typeof readYamlTree>;
  try {
    // The root is a level of its own.
    tree = readYamlTree(text, maxDepth + 1);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return { content: undefined, mistakes: [mistakeOf(error)] };
  }
  const { root, second } = tree;
  if (second !== undefined) return { content: undefined, mistakes: [secondDocument(second)] };
  if (root === undefined)
    return { content: { value: null, spans: (places) => places.map(() => ({ start: 0, end: 0 })) }, mistakes: [] };
  const builder = new Builder(text);
  const built = builder.build(root);
  if (builder.refused !== undefined) return { content: undefined, mistakes: [builder.refused] };
  const finder = new SpanFinder(text, root, builder.anchors);
  const content: Content = { value: built.value, spans: (places) => places.map((place) => finder.find(place)) };
  return { content, mistakes: builder.duplicates };
}

function mistakeOf({ reason, mark }: YAMLException): SyntaxMistake {
  const start = mark?.position ?? 0;
  const place = { start, end: start + 1 };
  if (reason.includes('maxDepth')) return { ...place, message: tooDeep };
  if (reason.startsWith('tab characters')) return { ...place, message: 'YAML is indented with spaces; this is a tab' };
  return { ...place, message: `YAML syntax: ${reason}` };
}

function secondDocument(start: number): SyntaxMistake {
  return {
    start,
    end: start + 3,
    message: 'A second YAML document begins here',
    hint: 'Put each document into a file of its own.',
  };
}

interface Built {
  readonly value: unknown;
  /** Nodes of the value with its aliases written out. */
  readonly size: number;
}

/** Turns the tree into plain data. Anchors are noted in the order they are met, since a name may be used again. */
class Builder {
  readonly anchors = new Map<YamlAlias, YamlNode>();
  readonly duplicates: SyntaxMistake[] = [];
  refused: SyntaxMistake | undefined;
  readonly #text: string;
  readonly #named = new Map<string, { readonly node: YamlNode; readonly built: Built | undefined }>();
  #aliased = 0;

  constructor(text: string) {
    this.#text = text;
  }

  build(node: YamlNode): Built {
    if (node.kind === 'alias') return this.#alias(node);
    if (node.kind === 'scalar') return this.#name(node, { value: plain(node), size: 1 });
    if (node.anchor !== undefined) this.#named.set(node.anchor, { node, built: undefined });
    return this.#name(node, node.kind === 'map' ? this.#map(node) : this.#list(node));
  }

  #refuse(node: YamlNode, message: string): Built {
    this.refused ??= { ...spanOf(node, this.#text), message };
    return { value: null, size: 1 };
  }

  #name(node: YamlScalar | YamlMap | YamlList, built: Built): Built {
    if (node.anchor !== undefined) this.#named.set(node.anchor, { node, built });
    return built;
  }

  #alias(node: YamlAlias): Built {
    const named = this.#named.get(node.name);
    if (named === undefined) return this.#refuse(node, `No anchor '&${node.name}' stands before this alias`);
    if (named.built === undefined) return this.#refuse(node, `The alias '*${node.name}' stands inside what it repeats`);
    this.anchors.set(node, named.node);
    this.#aliased += named.built.size;
    if (this.#aliased > maxAliasedNodes) return this.#refuse(node, `Aliases write out to more than ${maxAliasedNodes} nodes`);
    return named.built;
  }

  #list({ items }: YamlList): Built {
    let size = 1;
    const value = items.map((item) => {
      const built = this.build(item);
      size += built.size;
      return built.value;
    });
    return { value, size };
  }

  #map({ items }: YamlMap): Built {
    const value: Record<string, unknown> = {};
    const merged: unknown[] = [];
    let size = 1;
    for (const pair of items) {
      if (pair.key.kind !== 'scalar' || pair.key.style === 'missing') {
        return this.#refuse(pair.key, 'YAML syntax: a key is a text, here it is something else');
      }
      this.#name(pair.key, { value: pair.key.text, size: 1 });
      const built = this.build(pair.value);
      size += built.size;
      if (isMergeKey(pair)) {
        merged.push(...(Array.isArray(built.value) ? built.value : [built.value]));
        continue;
      }
      const { text: key, start, end } = pair.key;
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

/** What the core schema knows besides texts, in the order it is tried. */
const CORE = [nullCoreTag, boolCoreTag, intCoreTag, floatCoreTag];
/** Tags that ask for one of these, as they are mostly written. */
const CORE_TAGS: ReadonlySet<string> = new Set(['!!null', '!!bool', '!!int', '!!float']);

/** The value of a scalar as JSON knows it: what JSON cannot say (`.inf`, a tagged binary) keeps its text. */
function plain({ text, style, tag }: YamlScalar): unknown {
  const typed = tag === undefined ? style === 'plain' || style === 'missing' : CORE_TAGS.has(tag);
  if (!typed) return text;
  const first = text.charAt(0);
  for (const { implicitFirstChars, resolve, tagName } of CORE) {
    if (implicitFirstChars?.includes(first) === false) continue;
    const value = resolve(text, tag !== undefined, tagName);
    if (value === NOT_RESOLVED) continue;
    return typeof value === 'number' && !Number.isFinite(value) ? text : value;
  }
  return text;
}

function keyOf({ key }: YamlPair): string {
  return key.kind === 'scalar' ? key.text : '';
}

function isMergeKey({ key }: YamlPair): boolean {
  return key.kind === 'scalar' && key.text === '<<' && key.style === 'plain';
}

/** A step down the tree. */
interface Found {
  readonly key: YamlNode | undefined;
  readonly node: YamlNode;
}

/** Finds nodes by pointer. Maps are indexed when first passed, so that many places in one large map stay cheap. */
class SpanFinder {
  readonly #text: string;
  readonly #root: YamlNode;
  readonly #aliases: ReadonlyMap<YamlAlias, YamlNode>;
  readonly #indexes = new Map<YamlMap, ReadonlyMap<string, Found>>();

  constructor(text: string, root: YamlNode, aliases: ReadonlyMap<YamlAlias, YamlNode>) {
    this.#text = text;
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
    const value = spanOf(this.#follow(at.node), this.#text);
    const key = at.key === undefined ? undefined : spanOf(at.key, this.#text);
    return part === 'key' || missing ? (key ?? { start: value.start, end: value.start + 1 }) : value;
  }

  #follow(node: YamlNode): YamlNode {
    let at = node;
    while (at.kind === 'alias') {
      const repeated = this.#aliases.get(at);
      if (repeated === undefined) return at;
      at = repeated;
    }
    return at;
  }

  #step(node: YamlNode, token: string): Found | undefined {
    if (node.kind === 'list') {
      const item = /^\d+$/.test(token) ? node.items[Number(token)] : undefined;
      return item === undefined ? undefined : { key: undefined, node: item };
    }
    return node.kind === 'map' ? this.#index(node).get(token) : undefined;
  }

  #index(map: YamlMap): ReadonlyMap<string, Found> {
    const known = this.#indexes.get(map);
    if (known !== undefined) return known;
    const index = new Map<string, Found>();
    const inherited: Found[] = [];
    for (const pair of map.items) {
      if (isMergeKey(pair)) inherited.push(...this.#merged(pair));
      else index.set(keyOf(pair), { key: pair.key, node: pair.value });
    }
    for (const found of inherited) {
      const key = found.key?.kind === 'scalar' ? found.key.text : '';
      if (!index.has(key)) index.set(key, found);
    }
    this.#indexes.set(map, index);
    return index;
  }

  #merged(pair: YamlPair): readonly Found[] {
    const value = this.#follow(pair.value);
    const sources = value.kind === 'list' ? value.items.map((item) => this.#follow(item)) : [value];
    return sources.flatMap((source) => (source.kind === 'map' ? [...this.#index(source).values()] : []));
  }
}
