import type { Document } from '../../load/document.ts';
import { member, parentOf, tokensOf } from '../../load/pointer.ts';
import { isFields } from '../../resolve/walk.ts';
import type { Edit } from './edit.ts';

/** What a document must say after its edits: they are made on its data, apart from the text. */
export function expectedValue({ value }: Pick<Document, 'value'>, edits: readonly Edit[]): unknown {
  // Cloning keeps what an alias shares with its anchor.
  const root: unknown = structuredClone(value);
  const at = (pointer: string): unknown => tokensOf(pointer).reduce<unknown>(member, root);
  // Nodes are found before anything moves.
  const steps = edits.map((edit) => stepOf(edit, at));
  const doomed: Doomed[] = [];
  for (const step of steps) step?.(doomed);
  const lists = Map.groupBy(doomed, ({ list }) => list);
  for (const [list, all] of lists) for (const index of all.map((one) => one.index).sort((a, b) => b - a)) list.splice(index, 1);
  for (const edit of edits) if (edit.do === 'remove' && edit.cascade === true) dropEmpty(root, tokensOf(parentOf(edit.pointer)));
  return root;
}

/** An item to be taken out once all indexes have been read. */
interface Doomed {
  readonly list: unknown[];
  readonly index: number;
}

function stepOf(edit: Edit, at: (pointer: string) => unknown): ((doomed: Doomed[]) => void) | undefined {
  if (edit.do === 'erase') return undefined;
  const name = tokensOf(edit.pointer).at(-1) ?? '';
  const parent = at(parentOf(edit.pointer));
  switch (edit.do) {
    case 'rename':
      return () => isFields(parent) && rename(parent, name, edit.key);
    case 'replace':
      return () => set(parent, name, edit.value);
    case 'remove':
      return (doomed) => {
        if (Array.isArray(parent)) doomed.push({ list: parent, index: Number(name) });
        else if (isFields(parent)) Reflect.deleteProperty(parent, name);
      };
    case 'append': {
      const target = at(edit.pointer);
      return () => {
        const list = member(target, edit.key);
        if (Array.isArray(list)) list.push(edit.item);
        else set(target, edit.key, [edit.item]);
      };
    }
  }
}

function set(target: unknown, key: string, value: unknown): void {
  if (typeof target === 'object' && target !== null)
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}

function rename(target: Readonly<Record<string, unknown>>, from: string, to: string): void {
  for (const [key, value] of Object.entries(target)) {
    Reflect.deleteProperty(target, key);
    set(target, key === from ? to : key, value);
  }
}

/** Takes away what became empty, and what holds nothing but that. */
function dropEmpty(root: unknown, tokens: readonly string[]): void {
  for (let length = tokens.length; length > 0; length--) {
    const parent = tokens.slice(0, length - 1).reduce<unknown>(member, root);
    const name = tokens[length - 1] ?? '';
    const value = member(parent, name);
    const isEmpty = Array.isArray(value) ? value.length === 0 : isFields(value) && Object.keys(value).length === 0;
    if (!isEmpty || !isFields(parent)) return;
    Reflect.deleteProperty(parent, name);
  }
}
