import type { Diagnostic, Severity } from '../diagnostics.ts';
import type { Node } from '../load/document.ts';
import { below } from '../load/pointer.ts';
import type { Keys, Shape } from '../plan/shape.ts';

/** What is said about one gateway file, as `gateway/config`. */
export class Findings {
  readonly diagnostics: Diagnostic[] = [];

  /** Reports at a node of the file, or at what stands below it. */
  add(node: Node, message: string, more: FindingOptions = {}): void {
    const { keys = [], part = 'value', hint, severity = 'error' } = more;
    const at = { file: node.document.file, pointer: below(node.pointer, ...keys), part };
    this.diagnostics.push({ rule: 'gateway/config', severity, message, at, ...(hint === undefined ? {} : { hint }) });
  }

  /** Reports all that does not fit a shape. */
  shape(node: Node, shape: Shape<unknown>): void {
    shape.check(node.value, [], (keys, part, message, hint) => {
      this.add(node, message, { keys, part, ...(hint === undefined ? {} : { hint }) });
    });
  }

  get failed(): boolean {
    return this.diagnostics.some(({ severity }) => severity === 'error');
  }
}

export interface FindingOptions {
  readonly keys?: Keys;
  readonly part?: 'key' | 'value';
  readonly hint?: string;
  readonly severity?: Severity;
}
