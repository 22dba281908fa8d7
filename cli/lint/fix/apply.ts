/** Mends documents (L20): only the stretches of text that must change do; comments, anchors, order and quoting stay. */
import { isDeepStrictEqual } from 'node:util';
import type { LocatedDiagnostic } from '../../diagnostics.ts';
import type { Document } from '../../load/document.ts';
import { parseJson } from '../../load/json.ts';
import { parseYaml } from '../../load/yaml.ts';
import type { Edit } from './edit.ts';
import { expectedValue } from './expected.ts';
import { type TextEdit, textEdits } from './text-edits.ts';

/** A document before and after. */
export interface Fixed {
  readonly file: string;
  readonly before: string;
  readonly after: string;
  /** How many findings are mended. */
  readonly findings: number;
}

/**
 * The documents as they are without the findings that gw can mend. The new text is read again and must say exactly what the edits mean;
 * where all of them together do not, each is tried by itself, and what still does not is left alone.
 */
export function fixDocuments(diagnostics: readonly LocatedDiagnostic[], documents: readonly Document[]): readonly Fixed[] {
  const fixes = diagnostics.flatMap(({ fix }) => (fix === undefined || fix.length === 0 ? [] : [fix]));
  const byFile = Map.groupBy(fixes, ([first]) => first?.file ?? '');
  return documents.flatMap((document): Fixed[] => {
    const all = byFile.get(document.file) ?? [];
    const { text, fixed } = all.length === 0 ? { text: document.text, fixed: 0 } : fixText(document, all);
    return fixed === 0 ? [] : [{ file: document.file, before: document.text, after: text, findings: fixed }];
  });
}

/** Most fixes of one file that are tried one by one. */
const ONE_BY_ONE = 200;

function fixText(document: Document, fixes: readonly (readonly Edit[])[]): { readonly text: string; readonly fixed: number } {
  const together = fixedText(document, fixes.flat());
  if (together !== undefined) return { text: together, fixed: fixes.length };
  const working = fixes.slice(0, ONE_BY_ONE).filter((fix) => fixedText(document, fix) !== undefined);
  const again = working.length === 0 ? undefined : fixedText(document, working.flat());
  if (again !== undefined) return { text: again, fixed: working.length };
  const [first] = working;
  const alone = first === undefined ? undefined : fixedText(document, first);
  return alone === undefined ? { text: document.text, fixed: 0 } : { text: alone, fixed: 1 };
}

/** The text with all edits; undefined when it would not say what they mean. */
function fixedText(document: Document, edits: readonly Edit[]): string | undefined {
  const text = applied(document.text, textEdits(document, edits));
  if (text === undefined || text === document.text) return undefined;
  const { content } = document.format === 'json' ? parseJson(text) : parseYaml(text);
  if (content === undefined) return undefined;
  return isDeepStrictEqual(content.value, expectedValue(document, edits)) ? text : undefined;
}

function applied(text: string, edits: readonly TextEdit[]): string | undefined {
  const sorted = edits.toSorted((a, b) => a.start - b.start || a.end - b.end);
  let result = '';
  let at = 0;
  for (const { start, end, text: replacement } of sorted) {
    if (start < at) return undefined;
    result += text.slice(at, start) + replacement;
    at = end;
  }
  return result + text.slice(at);
}
