import type { LocatedDiagnostic } from '../../cli/diagnostics.ts';
import { fingerprint } from '../../cli/lint/fingerprint.ts';
import type { Findings } from '../../cli/report/findings.ts';

/** A finding as reports get it. */
export function locatedDiagnostic(over: Partial<LocatedDiagnostic> = {}): LocatedDiagnostic {
  const { at: location, ...named } = {
    rule: 'spec/structure',
    severity: 'error' as const,
    message: "'gets' is no field of a path item",
    at: { file: 'specs/orders.yaml', line: 3, column: 3, endLine: 3, endColumn: 10 },
    pointer: '/paths/~1orders',
    ...over,
  };
  const place = { file: location.file, pointer: named.pointer, part: 'key' as const };
  const { related: _, ...rest } = named;
  return { related: [], fingerprint: fingerprint({ ...rest, at: place }, () => undefined), ...named, at: location };
}

/** Findings of one document, whose text is there when asked for. */
export function findingsOf(diagnostics: readonly LocatedDiagnostic[], over: Partial<Findings> = {}): Findings {
  return { diagnostics, suppressed: [], root: '/', documents: 1, source: () => '', shown: (file) => file, ...over };
}
