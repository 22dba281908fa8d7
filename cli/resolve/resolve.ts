import type { Diagnostic } from '../diagnostics.ts';
import type { Node } from '../load/document.ts';
import type { Workspace } from '../load/workspace.ts';
import type { Api, Fields, OpenApiVersion, Resolver, SpecEntry } from './api.ts';
import { readApi } from './read-api.ts';
import { refDiagnostics } from './ref-diagnostics.ts';
import { References } from './refs.ts';
import { versionDiagnostic } from './version.ts';
import { fieldsOf, rootOf, type Visit, versionOf, walk } from './walk.ts';

/** The documents of a run with their references followed. */
export interface ResolvedApis {
  /** One per entry whose document could be read, in the order of the entries. */
  readonly apis: readonly Api[];
  readonly resolver: Resolver;
  /** Every object of every document, each once; the rules run over these. */
  readonly visits: readonly Visit[];
  /** Syntax errors (`spec/parse`), unreadable versions, and references that lead nowhere. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Loads the entry documents and all they reference, inside the root only, and reads the operations they declare. */
export function resolveApis(workspace: Workspace, entries: readonly SpecEntry[]): ResolvedApis {
  const references = new References(workspace);
  const diagnostics: Diagnostic[] = [];
  const readable: { readonly entry: SpecEntry; readonly root: Node<Fields>; readonly version: OpenApiVersion }[] = [];
  for (const entry of entries) {
    const document = workspace.document(entry.file);
    if (document === undefined) continue;
    const root = fieldsOf(rootOf(document));
    const version = versionOf(document.value);
    if (root === undefined || version === undefined) {
      diagnostics.push(versionDiagnostic(document));
      continue;
    }
    readable.push({ entry, root, version });
  }
  const { visits, problems } = walk(readable, references);
  references.seal();
  diagnostics.push(...refDiagnostics(problems, visits, references));
  return {
    apis: readable.map(({ entry, root, version }) => readApi(root, version, entry, references)),
    resolver: references,
    visits,
    diagnostics: [...workspace.diagnostics, ...diagnostics],
  };
}
