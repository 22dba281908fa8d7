/** A reader of XML that refuses whatever is not well-formed: for reports, which use elements, attributes and text only. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

/** Characters that XML 1.0 §2.2 has no place for. */
const NO_CHARACTER = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;
const ENTITY = /&(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-f]+);/gi;

/** @throws Error that says what is not well-formed, and where */
export function parseXml(source: string): XmlElement {
  if (NO_CHARACTER.test(source)) throw new Error('a character that XML does not know');
  const reader = new Reader(source.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\s*/, ''));
  return reader.document();
}

class Reader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  document(): XmlElement {
    const root = this.#element();
    if (this.#source.slice(this.#at).trim() !== '') this.#fail('something after the root');
    return root;
  }

  #element(): XmlElement {
    const name = this.#take(/<([A-Za-z][\w-]*)/y);
    const attributes = new Map<string, string>();
    for (;;) {
      const attribute = this.#maybe(/\s+([A-Za-z][\w-]*)="([^"<]*)"/y);
      if (attribute === undefined) break;
      const [, key = '', value = ''] = attribute;
      if (attributes.has(key)) this.#fail(`${key} twice`);
      attributes.set(key, this.#decode(value));
    }
    if (this.#maybe(/\s*\/>/y) !== undefined) return { name, attributes, children: [], text: '' };
    this.#take(/(\s*>)/y);
    const children: XmlElement[] = [];
    let text = '';
    for (;;) {
      const [found = ''] = this.#maybe(/[^<]*/y) ?? [];
      if (found.includes(']]>')) this.#fail(']]> in text');
      text += this.#decode(found);
      if (this.#maybe(new RegExp(`</${name}\\s*>`, 'y')) !== undefined) return { name, attributes, children, text };
      children.push(this.#element());
    }
  }

  #decode(raw: string): string {
    if (raw.replaceAll(ENTITY, '').includes('&')) this.#fail('an & that begins no entity');
    const plain: Readonly<Record<string, string>> = {
      '&amp;': '&',
      '&lt;': '<',
      '&gt;': '>',
      '&quot;': '"',
      '&#39;': "'",
      '&#64;': '@',
    };
    return raw.replaceAll(ENTITY, (entity) => plain[entity] ?? this.#fail(`the entity ${entity}`));
  }

  #maybe(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#source);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match;
  }

  #take(pattern: RegExp): string {
    return this.#maybe(pattern)?.[1] ?? this.#fail(`${pattern} expected`);
  }

  #fail(what: string): never {
    throw new Error(`${what} at ${this.#at}: ${this.#source.slice(this.#at, this.#at + 60)}`);
  }
}
