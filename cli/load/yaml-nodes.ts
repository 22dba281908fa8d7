import {
  COLLECTION_STYLE,
  EVENT_ID,
  type Event,
  getScalarValue,
  type MappingEvent,
  parseEvents,
  SCALAR_STYLE,
  type ScalarEvent,
  type SequenceEvent,
  YAMLException,
} from 'js-yaml';
import type { Span } from './parsed.ts';

interface NodeBase {
  readonly anchor: string | undefined;
  /** As it is written, `!!str`; undefined without one. */
  readonly tag: string | undefined;
}

export interface YamlScalar extends NodeBase, Span {
  readonly kind: 'scalar';
  /** Without quotes, escapes and folds. */
  readonly text: string;
  /** `missing`: nothing is written where a value could be. */
  readonly style: 'plain' | 'quoted' | 'block' | 'missing';
}

export interface YamlMap extends NodeBase {
  readonly kind: 'map';
  readonly start: number;
  readonly flow: boolean;
  readonly items: YamlPair[];
}

export interface YamlList extends NodeBase {
  readonly kind: 'list';
  readonly start: number;
  readonly flow: boolean;
  readonly items: YamlNode[];
}

export interface YamlAlias extends Span {
  readonly kind: 'alias';
  readonly name: string;
}

export type YamlNode = YamlScalar | YamlMap | YamlList | YamlAlias;

export interface YamlPair {
  readonly key: YamlNode;
  readonly value: YamlNode;
}

/** The documents of a text, as the library's parser tells of them. */
export interface YamlTree {
  /** Content of the first document; undefined when there is none. */
  readonly root: YamlNode | undefined;
  /** Where the second one begins; undefined when there is none. */
  readonly second: number | undefined;
}

/**
 * Builds a tree of what the parser tells in turn. Nothing recurses, so depth is the parser's to limit.
 *
 * @param maxDepth levels of maps and lists; more are a mistake
 * @throws YAMLException with the place of the first mistake
 */
export function readYamlTree(text: string, maxDepth: number): YamlTree {
  return new TreeReader(text).read(parseEvents(text, { maxDepth }));
}

/** Where texts stand, quotes left out: what looks like a comment there is none. Empty for what is no YAML. */
export function scalarSpans(text: string): readonly Span[] {
  try {
    return parseEvents(text, { maxDepth: Number.MAX_SAFE_INTEGER }).flatMap((event) =>
      event.type === EVENT_ID.SCALAR && event.valueStart !== -1 ? [{ start: event.valueStart, end: event.valueEnd }] : [],
    );
  } catch (error) {
    if (error instanceof YAMLException) return [];
    throw error;
  }
}

/** A map or list whose end has not come. */
interface Open {
  readonly node: YamlMap | YamlList;
  /** Key of a map whose value has not come. */
  key: YamlNode | undefined;
}

class TreeReader {
  readonly #text: string;
  readonly #open: Open[] = [];
  #root: YamlNode | undefined;
  /** End of what was last told of. */
  #last = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(events: readonly Event[]): YamlTree {
    let documents = 0;
    for (const event of events) {
      switch (event.type) {
        case EVENT_ID.DOCUMENT:
          documents += 1;
          if (documents === 2) return { root: this.#root, second: this.#separator() };
          break;
        case EVENT_ID.SCALAR:
          this.#add(this.#scalar(event));
          break;
        case EVENT_ID.ALIAS:
          this.#last = event.anchorEnd;
          this.#add({
            kind: 'alias',
            name: this.#text.slice(event.anchorStart, event.anchorEnd),
            start: event.anchorStart - 1,
            end: event.anchorEnd,
          });
          break;
        case EVENT_ID.MAPPING:
          this.#begin({ kind: 'map', ...this.#collection(event), items: [] });
          break;
        case EVENT_ID.SEQUENCE:
          this.#begin({ kind: 'list', ...this.#collection(event), items: [] });
          break;
        case EVENT_ID.POP:
          this.#open.pop();
          break;
      }
    }
    return { root: this.#root, second: undefined };
  }

  #begin(node: YamlMap | YamlList): void {
    this.#add(node);
    this.#open.push({ node, key: undefined });
  }

  #add(node: YamlNode): void {
    const parent = this.#open.at(-1);
    if (parent === undefined) {
      this.#root = node;
    } else if (parent.node.kind === 'list') {
      parent.node.items.push(node);
    } else if (parent.key === undefined) {
      parent.key = node;
    } else {
      parent.node.items.push({ key: parent.key, value: node });
      parent.key = undefined;
    }
  }

  #collection(event: MappingEvent | SequenceEvent): Omit<YamlMap, 'kind' | 'items'> {
    const flow = event.style === COLLECTION_STYLE.FLOW;
    return { anchor: this.#anchor(event), tag: this.#tag(event), start: event.start, flow };
  }

  #scalar(event: ScalarEvent): YamlScalar {
    const { valueStart, valueEnd } = event;
    const anchor = this.#anchor(event);
    const tag = this.#tag(event);
    if (valueStart === -1) {
      const at = Math.max(this.#behindColon(), event.anchorEnd, event.tagEnd);
      return { kind: 'scalar', anchor, tag, text: '', style: 'missing', start: at, end: at };
    }
    const text = event.fast ? this.#text.slice(valueStart, valueEnd) : getScalarValue(this.#text, event);
    const style = styleOf(event);
    const quote = style === 'quoted' ? 1 : 0;
    this.#last = valueEnd + quote;
    return { kind: 'scalar', anchor, tag, text, style, start: valueStart - quote, end: valueEnd + quote };
  }

  #anchor({ anchorStart, anchorEnd }: Pick<ScalarEvent, 'anchorStart' | 'anchorEnd'>): string | undefined {
    return anchorStart === -1 ? undefined : this.#text.slice(anchorStart, anchorEnd);
  }

  #tag({ tagStart, tagEnd }: Pick<ScalarEvent, 'tagStart' | 'tagEnd'>): string | undefined {
    return tagStart === -1 ? undefined : this.#text.slice(tagStart, tagEnd);
  }

  /** Where the value of the last key would stand. */
  #behindColon(): number {
    const parent = this.#open.at(-1);
    if (parent?.key === undefined) return this.#last;
    const colon = this.#text.indexOf(':', this.#last);
    return colon === -1 ? this.#last : colon + 1;
  }

  /** Where the next document begins. */
  #separator(): number {
    const marker = /^---(?=\s|$)/gm;
    marker.lastIndex = this.#last;
    return marker.exec(this.#text)?.index ?? this.#last;
  }
}

function styleOf({ style }: ScalarEvent): YamlScalar['style'] {
  if (style === SCALAR_STYLE.PLAIN) return 'plain';
  return style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED ? 'quoted' : 'block';
}

/** What a node covers: quotes, brackets and the header of a block included, anchor and tag not. */
export function spanOf(node: YamlNode, text: string): Span {
  if (node.kind === 'scalar' && node.style === 'block') return { start: headerOf(node, text), end: node.end };
  return { start: node.start, end: endOf(node, text) };
}

/** Where the header of a block stands (`|`, `>-`), on the line above its text. */
function headerOf({ start }: YamlScalar, text: string): number {
  const above = text.lastIndexOf('\n', start - 2) + 1;
  const header = /[|>][-+0-9]*[ \t]*(?:[ \t]#.*)?\r?\n?$/.exec(text.slice(above, start));
  return header === null ? start : above + header.index;
}

function endOf(node: YamlNode, text: string): number {
  if (node.kind === 'scalar' || node.kind === 'alias') return node.end;
  const last = node.items.at(-1);
  const lastNode = last !== undefined && 'key' in last ? last.value : last;
  const end = lastNode === undefined ? node.start : endOf(lastNode, text);
  const brackets = node.flow && (text[node.start] === '{' || text[node.start] === '[');
  if (!brackets) return end;
  // Behind the last item stand blanks, commas and comments, and then the bracket.
  const rest = /(?:[\s,]|#.*)*[\]}]/y;
  rest.lastIndex = lastNode === undefined ? end + 1 : end;
  return rest.test(text) ? rest.lastIndex : end;
}
