import { posix } from 'node:path';
import type { Node } from '../load/document.ts';
import { below } from '../load/pointer.ts';
import type { Workspace } from '../load/workspace.ts';
import { fits } from '../plan/shape.ts';
import type { SpecEntry } from '../resolve/api.ts';
import { fieldsOf } from '../resolve/walk.ts';
import type { Findings } from './findings.ts';
import { spec } from './gateway-file.ts';
import { expandGlob, isPattern } from './glob.ts';

/** The documents that the rows of `specs` name, one entry per file, sorted by file. */
export function specEntries(
  workspace: Workspace,
  specs: Node | undefined,
  gatewayFiles: ReadonlySet<string>,
  findings: Findings,
): readonly SpecEntry[] {
  const taken = new Map<string, { readonly row: number; readonly entry: SpecEntry }>();
  const rows: readonly unknown[] = Array.isArray(specs?.value) ? specs.value : [];
  rows.forEach((value, row) => {
    if (specs === undefined) return;
    const node: Node = { document: specs.document, pointer: below(specs.pointer, row), value };
    const made = entryOf(node);
    for (const { pattern, at } of made.patterns) {
      for (const file of filesOf(workspace, at, pattern, findings)) {
        // `*.yaml` beside the gateway file does not mean the gateway file.
        if (isPattern(pattern) && gatewayFiles.has(file)) continue;
        const before = taken.get(file);
        if (before === undefined) taken.set(file, { row, entry: { file, ...made.entry } });
        else if (before.row !== row && (typeof value !== 'string' || before.entry.node !== undefined)) {
          findings.add(at, `${file} is taken in twice`, { hint: `Row ${before.row + 1} of specs takes it in already.` });
        }
      }
    }
  });
  return [...taken.values()].map(({ entry }) => entry).sort((a, b) => (a.file < b.file ? -1 : 1));
}

interface Row {
  readonly patterns: readonly { readonly pattern: string; readonly at: Node }[];
  readonly entry: Omit<SpecEntry, 'file'>;
}

function entryOf(node: Node): Row {
  const { document, pointer, value } = node;
  if (typeof value === 'string') return { patterns: [{ pattern: value, at: node }], entry: {} };
  const fields = fieldsOf(node);
  if (fields === undefined || !fits(spec, value)) return { patterns: [], entry: {} };
  const { files, mount, owner, security } = value;
  const patterns =
    typeof files === 'string'
      ? [{ pattern: files, at: { document, pointer: below(pointer, 'files'), value: files } }]
      : files.map((pattern, index) => ({ pattern, at: { document, pointer: below(pointer, 'files', index), value: pattern } }));
  const entry = {
    ...(mount === undefined ? {} : { mount }),
    ...(owner === undefined ? {} : { owner }),
    ...(security === undefined ? {} : { security }),
    node: fields,
  };
  return { patterns, entry };
}

function filesOf(workspace: Workspace, at: Node, pattern: string, findings: Findings): readonly string[] {
  const files = expandGlob(workspace.root, posix.dirname(at.document.file), pattern, (folder) => workspace.looksIn(folder));
  if (files === undefined) {
    findings.add(at, `${pattern} leads out of the folder that holds all documents`, { hint: 'Nothing outside of it is read.' });
    return [];
  }
  if (files.length === 0) {
    findings.add(at, `${pattern} is no file`, {
      severity: isPattern(pattern) ? 'warn' : 'error',
      hint: 'Paths are relative to this file.',
    });
  }
  return files;
}
