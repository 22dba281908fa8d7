import { member } from '../load/pointer.ts';
import type { Api } from '../resolve/api.ts';

/**
 * A name for each document, to tell apart what shares a name with something of another document: its team, else what its file says.
 * Unique, and the same whatever the order of the documents.
 */
export function namespacesOf(apis: readonly Api[]): ReadonlyMap<Api, string> {
  const attempts: readonly ((api: Api) => string)[] = [
    (api) => teamOf(api) ?? fileName(api.document.file),
    (api) => [teamOf(api), fileName(api.document.file)].filter((part) => part !== undefined).join('-'),
    (api) => nameOf(api.document.file),
  ];
  const names = new Map<Api, string>();
  const taken = new Set<string>();
  const take = (api: Api, name: string): void => {
    taken.add(name);
    names.set(api, name);
  };
  let open = apis;
  for (const attempt of attempts) {
    const unique = [...Map.groupBy(open, attempt)].flatMap(([name, members]) =>
      members.length === 1 && !taken.has(name) ? members.map((api) => ({ api, name })) : [],
    );
    for (const { api, name } of unique) take(api, name);
    open = open.filter((api) => !names.has(api));
  }
  for (const api of open) {
    const base = nameOf(api.document.file);
    let name = base;
    for (let count = 2; taken.has(name); count++) name = `${base}-${count}`;
    take(api, name);
  }
  return names;
}

/** What the file of a shared fragment says, for documents and for parts of them. */
export function fileName(file: string): string {
  const parts = file.replace(/\.[^./]+$/, '').split('/');
  const last = parts.at(-1) ?? '';
  const isGeneric = /^(openapi|swagger|api|index|spec|main)$/i.test(last) && parts.length > 1;
  return nameOf(isGeneric ? (parts.at(-2) ?? last) : last);
}

/** Letters, digits, dot, dash and underscore: what names of components and operations may hold. */
export function nameOf(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replaceAll(/^-+|-+$/g, '') || 'x';
}

/** The team of a document: as the gateway file says, else as the document says at its root. */
export function ownerOf({ entry, gateway }: Api): string | undefined {
  const owner = entry.owner ?? member(gateway?.value, 'owner');
  return typeof owner === 'string' && owner !== '' ? owner : undefined;
}

function teamOf(api: Api): string | undefined {
  const owner = ownerOf(api);
  return owner === undefined ? undefined : nameOf(owner);
}
