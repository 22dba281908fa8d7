import type { Diagnostic } from '../diagnostics.ts';
import { placeOf } from '../load/document.ts';
import type { MergedOperation } from '../merge/merged.ts';
import { findingAbout } from './findings.ts';
import { keyOf } from './vocabulary.ts';

/**
 * Values that cannot apply to an operation though the operation itself says them (inherited ones are skipped), and values that are wrong
 * for it wherever they were written.
 */
export function inapplicableFindings(operations: readonly MergedOperation[]): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [...authorizesNobody(operations)];
  // What many operations inherit is wrong once.
  const said = new Set<string>();
  for (const merged of operations) {
    for (const { key, node, level, skipped } of merged.effective.values()) {
      const rule = 'gateway/inapplicable';
      if (skipped !== undefined && level === 'operation') {
        const message = `'${key}' does not apply: ${skipped}`;
        diagnostics.push(findingAbout(merged, { rule, message, hint: 'Remove it here.', at: placeOf(node, 'key') }));
      }
      if (skipped !== undefined) continue;
      const definition = keyOf(key);
      definition?.check(node.value, {
        operation: merged.operation,
        level,
        inapplicable: () => undefined,
        report(message, hint) {
          const finding = `${node.document.file}#${node.pointer} ${message}`;
          if (said.has(finding)) return;
          said.add(finding);
          const about = { rule: definition.rule, message, at: placeOf(node), ...(hint === undefined ? {} : { hint }) };
          diagnostics.push(findingAbout(merged, about));
        },
      });
    }
  }
  return diagnostics;
}

/**
 * What a document or a path demands of callers where nobody has to say who calls: its author believes that something is protected. A
 * warning, since the operations that it is meant for may be of another gateway.
 */
function authorizesNobody(operations: readonly MergedOperation[]): readonly Diagnostic[] {
  const written = new Map<string, { readonly diagnostic: Diagnostic; applies: boolean }>();
  for (const merged of operations) {
    for (const { key, node, level, skipped } of merged.effective.values()) {
      if (!key.startsWith('authorize.') || (level !== 'root' && level !== 'path')) continue;
      const at = placeOf(node, 'key');
      const id = `${at.file}#${at.pointer}`;
      const about = written.get(id) ?? {
        diagnostic: {
          rule: 'gateway/inapplicable',
          severity: 'warn' as const,
          message: `'${key}' protects nothing: ${skipped ?? ''}`,
          hint: 'Write security, or remove it here.',
          at,
        },
        applies: false,
      };
      about.applies ||= skipped === undefined;
      written.set(id, about);
    }
  }
  return [...written.values()].flatMap(({ diagnostic, applies }) => (applies ? [] : [diagnostic]));
}
