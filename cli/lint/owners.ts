import type { Diagnostic } from '../diagnostics.ts';
import { member } from '../load/pointer.ts';
import type { Api } from '../resolve/api.ts';

/** Names the owning team of each diagnostic that has none yet: the owner of the document it stands in. */
export function withOwners(diagnostics: readonly Diagnostic[], apis: readonly Api[]): Diagnostic[] {
  const owners = new Map<string, string>();
  for (const api of apis) {
    const owner = ownerOf(api);
    if (owner !== undefined) owners.set(api.document.file, owner);
  }
  return diagnostics.map((diagnostic) => {
    const owner = diagnostic.owner ?? owners.get(diagnostic.at.file);
    return owner === undefined ? diagnostic : { ...diagnostic, owner };
  });
}

/** The team of a document: what the gateway file says, else the document's own `x-gateway.owner`. */
function ownerOf({ entry, gateway }: Api): string | undefined {
  const written = entry.owner ?? member(gateway?.value, 'owner');
  return typeof written === 'string' ? written : undefined;
}
