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
  const diagnostics: Diagnostic[] = [];
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
