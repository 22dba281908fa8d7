import type { MergedOperation } from './merged.ts';

/** By UTF-16 code units: no locale of a machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By file, then by place in it: the same for any order of the documents. */
export function compareByPlace(a: MergedOperation, b: MergedOperation): number {
  const [left, right] = [a.operation.node, b.operation.node];
  return compareText(left.document.file, right.document.file) || compareText(left.pointer, right.pointer);
}
