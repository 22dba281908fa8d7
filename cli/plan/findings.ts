import type { Diagnostic, Place, Related, Severity } from '../diagnostics.ts';
import { placeOf } from '../load/document.ts';
import type { MergedOperation } from '../merge/merged.ts';

/** What the plan says about an operation, or about what it was made of. */
export interface PlanFinding {
  readonly rule: string;
  readonly severity?: Severity;
  readonly message: string;
  readonly hint?: string;
  /** The operation itself where nothing smaller is meant. */
  readonly at?: Place;
  readonly related?: readonly Related[];
}

/** Makes the diagnostic of a finding about an operation. */
export function findingAbout({ operation, owner }: MergedOperation, finding: PlanFinding): Diagnostic {
  const { method, path, operationId, node } = operation;
  return {
    severity: 'error',
    ...finding,
    at: finding.at ?? placeOf(node, 'key'),
    operation: operationId === undefined ? { method, path } : { method, path, operationId },
    ...(owner === undefined ? {} : { owner }),
  };
}

/** The operation as a caller names it. */
export function routeName({ operation, template }: MergedOperation): string {
  return `${operation.method} ${template}`;
}
