import { type Diagnostic, isTextPlace, type LocatedDiagnostic, type Place, type TextPlace } from '../diagnostics.ts';
import { fingerprint } from '../lint/fingerprint.ts';
import type { Location } from '../location.ts';
import type { Workspace } from './workspace.ts';

/**
 * Gives every place of the diagnostics its line and column, by one scan per file, and puts them into the order they are printed:
 * by file, line, column, rule, message. What is said twice of one place is said once.
 */
export function locate(diagnostics: readonly Diagnostic[], workspace: Workspace): LocatedDiagnostic[] {
  const located = new Map<Place | TextPlace, Location>();
  for (const [file, places] of placesByFile(diagnostics)) {
    const locations = workspace.locate(file, places);
    places.forEach((place, index) => {
      const location = locations[index];
      if (location !== undefined) located.set(place, location);
    });
  }
  const at = (place: Place | TextPlace): Location =>
    located.get(place) ?? { file: place.file, line: 1, column: 1, endLine: 1, endColumn: 1 };
  const values = new Map(workspace.documents.map(({ file, value }) => [file, value]));
  const result = diagnostics.map(
    (diagnostic): LocatedDiagnostic => ({
      ...diagnostic,
      at: at(diagnostic.at),
      ...(isTextPlace(diagnostic.at) ? {} : { pointer: diagnostic.at.pointer }),
      fingerprint: fingerprint(diagnostic, (file) => values.get(file)),
      related: (diagnostic.related ?? []).map((related) => ({ at: at(related.at), message: related.message })),
    }),
  );
  return unique(result.sort(compare));
}

function placesByFile(diagnostics: readonly Diagnostic[]): ReadonlyMap<string, (Place | TextPlace)[]> {
  const byFile = new Map<string, (Place | TextPlace)[]>();
  const add = (place: Place | TextPlace) => {
    const places = byFile.get(place.file);
    if (places === undefined) byFile.set(place.file, [place]);
    else places.push(place);
  };
  for (const diagnostic of diagnostics) {
    add(diagnostic.at);
    for (const related of diagnostic.related ?? []) add(related.at);
  }
  return byFile;
}

function compare(a: LocatedDiagnostic, b: LocatedDiagnostic): number {
  return (
    order(a.at.file, b.at.file) ||
    a.at.line - b.at.line ||
    a.at.column - b.at.column ||
    order(a.rule, b.rule) ||
    order(a.message, b.message) ||
    order(a.pointer ?? '', b.pointer ?? '')
  );
}

/** Code units, not a locale: the order is the same on every machine. */
function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function unique(sorted: readonly LocatedDiagnostic[]): LocatedDiagnostic[] {
  return sorted.filter((diagnostic, index) => {
    const before = sorted[index - 1];
    return (
      before === undefined ||
      before.rule !== diagnostic.rule ||
      before.message !== diagnostic.message ||
      before.at.file !== diagnostic.at.file ||
      before.at.line !== diagnostic.at.line ||
      before.at.column !== diagnostic.at.column
    );
  });
}
