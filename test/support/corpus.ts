/** What lies in the folder of real documents (`data-sets.ts`). */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openWorkspace } from '../../cli/load/workspace.ts';
import { filesBelow } from './diagnose.ts';

/** A document of the corpus, or a farm of documents to merge. Paths are absolute. */
export interface CorpusEntry {
  readonly name: string;
  readonly files: readonly string[];
}

/** Documents that span several files, by folder and entry. */
const SPLIT = new Map([
  ['lichess', 'lichess-api.yaml'],
  ['nexmo', 'application.v2.yml'],
  ['cafe-split-3.2', 'cafe.yaml'],
]);
const NO_DOCUMENTS = new Set(['farms', 'pairs']);

/** Every single document of the corpus, sorted by name; none without a corpus. */
export function corpusDocuments(root: string): readonly CorpusEntry[] {
  if (root === '') return [];
  const entries: CorpusEntry[] = [];
  for (const name of readdirSync(root).sort()) {
    const path = join(root, name);
    if (/\.(ya?ml|json)$/.test(name)) entries.push({ name: name.replace(/\.[a-z]+$/, ''), files: [path] });
    else if (statSync(path).isDirectory() && !NO_DOCUMENTS.has(name)) {
      entries.push({ name, files: [join(path, SPLIT.get(name) ?? 'openapi.yaml')] });
    }
  }
  return entries;
}

/** The farms of the corpus: sets of documents of one company, to be merged; none without a corpus. */
export function corpusFarms(root: string): readonly CorpusEntry[] {
  if (root === '') return [];
  return readdirSync(join(root, 'farms'))
    .sort()
    .map((name) => ({
      name,
      files: readdirSync(join(root, 'farms', name))
        .sort()
        .map((file) => join(root, 'farms', name, file)),
    }));
}

/** Every file of the corpus that is a document of its own, by its path below the corpus, sorted; none without a corpus. */
export function corpusEntryFiles(root: string): readonly string[] {
  if (root === '') return [];
  const workspace = openWorkspace(root);
  return filesBelow(root).filter((file) => {
    const document = /\.(ya?ml|json)$/.test(file) ? workspace.document(file) : undefined;
    return document !== undefined && /^\s*["']?openapi["']?\s*:/m.test(document.text.slice(0, 200_000));
  });
}
