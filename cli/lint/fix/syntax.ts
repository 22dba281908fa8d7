/** One syntax tree for YAML and JSON, with the offsets that edits need. Everything between its nodes (comments, blanks) stays as it is. */
import { type Node as JsonNode, parseTree } from 'jsonc-parser';
import { isAlias, isMap, isNode, isPair, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document } from '../../load/document.ts';
import { tokensOf } from '../../load/pointer.ts';

/** A stretch of the text, in UTF-16 code units. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** A node as it is written. `end` is after its last character, whatever blanks and comments follow. */
export interface SyntaxNode extends Stretch {
  readonly kind: 'map' | 'list' | 'scalar' | 'other';
  /** `flow` for everything between brackets, and all of JSON. */
  readonly style: 'block' | 'flow';
  readonly entries: readonly SyntaxEntry[];
}

/** A member of a map, or an item of a list. */
export interface SyntaxEntry extends Stretch {
  /** Key of the member, index of the item. */
  readonly name: string;
  readonly key: Stretch | undefined;
  readonly value: SyntaxNode | undefined;
}

/** The tree of a document; undefined when it has none. */
export function syntaxOf({ format, text }: Pick<Document, 'format' | 'text'>): SyntaxNode | undefined {
  if (format === 'json') {
    const root = parseTree(text);
    if (root !== undefined) return fromJson(root);
  }
  const document = parseDocument(text, { uniqueKeys: false, stringKeys: true, logLevel: 'error' });
  return document.errors.length > 0 ? undefined : fromYaml(document.contents, text);
}

/** A node and the entries that lead to it, outermost first. */
export interface Found {
  readonly node: SyntaxNode | undefined;
  readonly path: readonly { readonly parent: SyntaxNode; readonly entry: SyntaxEntry }[];
}

/** The node at a pointer; undefined when it is written elsewhere (behind an alias) or nowhere. */
export function findNode(root: SyntaxNode, pointer: string): Found | undefined {
  let node: SyntaxNode | undefined = root;
  const path: { parent: SyntaxNode; entry: SyntaxEntry }[] = [];
  for (const token of tokensOf(pointer)) {
    const parent: SyntaxNode | undefined = node;
    const entry: SyntaxEntry | undefined = parent?.entries.find(({ name }) => name === token);
    if (parent === undefined || entry === undefined) return undefined;
    path.push({ parent, entry });
    node = entry.value;
  }
  return { node, path };
}

function fromJson(node: JsonNode): SyntaxNode {
  const start = node.offset;
  const end = start + node.length;
  const children = node.children ?? [];
  if (node.type === 'object') {
    const entries = children.flatMap((property): SyntaxEntry[] => {
      const [key, value] = property.children ?? [];
      if (key === undefined) return [];
      const at = { start: key.offset, end: key.offset + key.length };
      const inner = value === undefined ? undefined : fromJson(value);
      return [{ name: String(key.value), key: at, value: inner, start: at.start, end: inner?.end ?? at.end }];
    });
    return { kind: 'map', style: 'flow', start, end, entries };
  }
  if (node.type === 'array') {
    const entries = children.map((child, index): SyntaxEntry => {
      const value = fromJson(child);
      return { name: String(index), key: undefined, value, start: value.start, end: value.end };
    });
    return { kind: 'list', style: 'flow', start, end, entries };
  }
  return { kind: 'scalar', style: 'flow', start, end, entries: [] };
}

function fromYaml(node: unknown, text: string): SyntaxNode | undefined {
  const range = isNode(node) ? node.range : undefined;
  if (!range) return undefined;
  const [start] = range;
  if (isMap(node) || isSeq(node)) {
    const entries = node.items.map((item, index): SyntaxEntry => {
      const isMember = isMap(node) && isPair(item);
      const value = fromYaml(isMember ? item.value : item, text);
      const key = isMember && isNode(item.key) && item.key.range ? stretch(item.key.range) : undefined;
      const name = isMember ? (isScalar(item.key) ? String(item.key.value) : '') : String(index);
      return { name, key, value, start: key?.start ?? value?.start ?? start, end: value?.end ?? key?.end ?? start };
    });
    const style = node.flow === true ? 'flow' : 'block';
    const end = style === 'flow' ? range[1] : (entries.at(-1)?.end ?? trimmed(text, start, range[1]));
    return { kind: isMap(node) ? 'map' : 'list', style, start, end, entries };
  }
  return {
    kind: isScalar(node) && !isAlias(node) ? 'scalar' : 'other',
    style: 'block',
    start,
    end: trimmed(text, start, range[1]),
    entries: [],
  };
}

function stretch([start, end]: readonly [number, number, number]): Stretch {
  return { start, end };
}

function trimmed(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && /\s/.test(text[at - 1] ?? '')) at--;
  return at;
}
