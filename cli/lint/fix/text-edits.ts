import type { Document } from '../../load/document.ts';
import { parentOf } from '../../load/pointer.ts';
import type { Json } from '../../plan/ir.ts';
import type { Edit } from './edit.ts';
import { type Found, findNode, type SyntaxEntry, type SyntaxNode, syntaxOf } from './syntax.ts';

/** One stretch of a text and what it becomes. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Turns edits into changes of the text. What has no place in it is left out. */
export function textEdits(document: Document, edits: readonly Edit[]): readonly TextEdit[] {
  const root = syntaxOf(document);
  return root === undefined ? [] : new Writer(document, root).write(edits);
}

class Writer {
  readonly #text: string;
  readonly #isJson: boolean;
  readonly #root: SyntaxNode;

  constructor({ text, format }: Document, root: SyntaxNode) {
    this.#text = text;
    this.#isJson = format === 'json';
    this.#root = root;
  }

  write(edits: readonly Edit[]): readonly TextEdit[] {
    const single = edits.flatMap((edit) => this.#single(edit));
    const removals = edits.filter((edit) => edit.do === 'remove');
    const appends = edits.filter((edit) => edit.do === 'append');
    const byList = Map.groupBy(appends, ({ pointer, key }) => JSON.stringify([pointer, key]));
    return [...single, ...this.#remove(removals), ...[...byList.values()].flatMap((all) => this.#append(all))];
  }

  #single(edit: Edit): readonly TextEdit[] {
    if (edit.do === 'erase') return [this.#erased(edit.start, edit.end)];
    const found = edit.do === 'rename' || edit.do === 'replace' ? findNode(this.#root, edit.pointer) : undefined;
    const entry = found?.path.at(-1)?.entry;
    if (edit.do === 'rename' && entry?.key !== undefined) {
      const { start, end } = entry.key;
      const quote = /^['"]/.exec(this.#text.slice(start, end))?.[0] ?? '';
      return [{ start, end, text: `${quote}${edit.key}${quote}` }];
    }
    if (edit.do !== 'replace' || found?.node === undefined) return [];
    const { start, end } = found.node;
    return [{ start, end, text: this.#replacement(found.node, edit.value) }];
  }

  /** A list that begins with the old value keeps how that is written. */
  #replacement(node: SyntaxNode, value: Json): string {
    const old = this.#text.slice(node.start, node.end);
    if (node.kind !== 'scalar' || !Array.isArray(value)) return this.#flow(value);
    return `[${[old, ...value.slice(1).map((item) => this.#flow(item))].join(', ')}]`;
  }

  /** A comment goes with its line when it is alone there. */
  #erased(start: number, end: number): TextEdit {
    const line = this.#lineStart(start);
    const isAlone = this.#text.slice(line, start).trim() === '';
    if (!isAlone) return { start: start - (/[\t ]*$/.exec(this.#text.slice(line, start))?.[0].length ?? 0), end, text: '' };
    return { start: line, end: this.#nextLine(end), text: '' };
  }

  #remove(edits: readonly Extract<Edit, { do: 'remove' }>[]): readonly TextEdit[] {
    const groups = Map.groupBy(edits, ({ pointer }) => parentOf(pointer));
    const above: Extract<Edit, { do: 'remove' }>[] = [];
    const texts: TextEdit[] = [];
    for (const [parent, all] of groups) {
      const node = findNode(this.#root, parent)?.node;
      if (node === undefined) continue;
      const goes = new Set(all.flatMap(({ pointer }) => findNode(this.#root, pointer)?.path.at(-1)?.entry ?? []));
      const first = all[0];
      const isWhole = goes.size === node.entries.length && parent !== '';
      if (isWhole && first?.cascade === true) above.push({ do: 'remove', file: first.file, pointer: parent, cascade: true });
      else if (!isWhole) texts.push(...this.#without(node, goes));
    }
    return above.length === 0 ? texts : [...texts, ...this.#remove(above)];
  }

  #without(node: SyntaxNode, goes: ReadonlySet<SyntaxEntry>): readonly TextEdit[] {
    const { entries } = node;
    return entries.flatMap((entry, index): TextEdit[] => {
      if (!goes.has(entry)) return [];
      if (node.style === 'block') return [this.#withoutLines(entry, entries[index + 1])];
      // With what is between it and the next; the last ones with what is between them and the last that stays.
      const next = entries[index + 1];
      if (next !== undefined && entries.slice(index + 1).some((one) => !goes.has(one)))
        return [{ start: entry.start, end: next.start, text: '' }];
      const staying = entries.findLast((one) => !goes.has(one));
      return next !== undefined || staying === undefined ? [] : [{ start: staying.end, end: entry.end, text: '' }];
    });
  }

  #withoutLines(entry: SyntaxEntry, next: SyntaxEntry | undefined): TextEdit {
    const line = this.#lineStart(entry.start);
    const before = this.#text.slice(line, entry.start);
    const isFirst = entry.key === undefined ? /^[\t ]*-[\t ]+$/.test(before) : before.trim() === '';
    if (isFirst) return { start: line, end: this.#nextLine(entry.end), text: '' };
    // The first member of an item of a list: what follows takes its place.
    return { start: entry.start, end: next?.start ?? entry.end, text: '' };
  }

  #append(edits: readonly Extract<Edit, { do: 'append' }>[]): readonly TextEdit[] {
    const [first] = edits;
    const items = edits.map(({ item }) => this.#flow(item));
    const found = first === undefined ? undefined : findNode(this.#root, first.pointer);
    if (first === undefined || found?.node === undefined || found.node.kind !== 'map') return [];
    const list = found.node.entries.find(({ name }) => name === first.key)?.value;
    if (list === undefined) return this.#newList(found, first.key, items);
    const last = list.entries.at(-1);
    if (list.kind !== 'list') return [];
    if (last === undefined) return [{ start: list.start + 1, end: list.start + 1, text: items.join(', ') }];
    const line = this.#lineStart(last.start);
    if (list.style === 'flow') {
      const isOwnLine = this.#text.slice(line, last.start).trim() === '';
      const glue = isOwnLine ? `,${this.#newline()}${this.#text.slice(line, last.start)}` : ', ';
      return [{ start: last.end, end: last.end, text: items.map((item) => `${glue}${item}`).join('') }];
    }
    const indent = /^[\t ]*(?=-)/.exec(this.#text.slice(line))?.[0];
    if (indent === undefined) return [];
    return [
      this.#linesAt(
        this.#nextLine(last.end),
        items.map((item) => `${indent}- ${item}`),
      ),
    ];
  }

  /** A new member in front of the responses, or of all members. */
  #newList({ node }: Found, key: string, items: readonly string[]): readonly TextEdit[] {
    const [first] = node?.entries ?? [];
    const before = node?.entries.find(({ name }) => name === 'responses' || name === 'requestBody') ?? first;
    if (node === undefined || before === undefined) return [];
    const { start } = before;
    const line = this.#lineStart(start);
    const blank = this.#text.slice(line, start).replaceAll(/[^\t ]/g, ' ');
    const named = this.#isJson ? `"${key}"` : key;
    if (node.style === 'flow') {
      const isOwnLine = this.#text.slice(line, start).trim() === '';
      const glue = isOwnLine ? `,${this.#newline()}${blank}` : ', ';
      return [{ start, end: start, text: `${named}: [${items.join(', ')}]${glue}` }];
    }
    const lines = [`${named}:`, ...items.map((item) => `${blank}  - ${item}`), blank];
    return [{ start, end: start, text: lines.join(this.#newline()) }];
  }

  #linesAt(at: number, lines: readonly string[]): TextEdit {
    const endsOpen = at === this.#text.length && !this.#text.endsWith('\n');
    const text = lines.map((line) => (endsOpen ? `${this.#newline()}${line}` : `${line}${this.#newline()}`)).join('');
    return { start: at, end: at, text };
  }

  /** A value on one line. */
  #flow(value: Json): string {
    if (this.#isJson) return JSON.stringify(value);
    if (Array.isArray(value)) return `[${value.map((item) => this.#flow(item)).join(', ')}]`;
    if (typeof value === 'object' && value !== null)
      return `{ ${Object.entries(value)
        .map(([key, item]) => `${this.#flow(key)}: ${this.#flow(item)}`)
        .join(', ')} }`;
    if (typeof value !== 'string') return JSON.stringify(value);
    const isPlain = /^[A-Za-z_][\w./-]*$/.test(value) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(value);
    return isPlain ? value : `'${value.replaceAll("'", "''")}'`;
  }

  #newline(): string {
    return this.#text.includes('\r\n') ? '\r\n' : '\n';
  }

  #lineStart(at: number): number {
    return this.#text.lastIndexOf('\n', at - 1) + 1;
  }

  #nextLine(at: number): number {
    const end = this.#text.indexOf('\n', at);
    return end === -1 ? this.#text.length : end + 1;
  }
}
