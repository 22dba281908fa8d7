import type { Node } from '../load/document.ts';
import { below } from '../load/pointer.ts';
import type { ApiOperation, Fields } from '../resolve/api.ts';

/** The alternatives of an operation's effective `security`, each where it was written. */
export function requirementsOf({ security }: ApiOperation): readonly Node<Fields>[] {
  if (security === undefined) return [];
  const { document, pointer, value } = security;
  return value.map((requirement, index) => ({ document, pointer: below(pointer, index), value: requirement }));
}

/** The declared security schemes that an operation needs in one alternative or another, by name. */
export function schemesOf({ security, api }: ApiOperation): ReadonlyMap<string, Node<Fields>> {
  const names = new Set((security?.value ?? []).flatMap((requirement) => Object.keys(requirement)));
  return new Map(
    [...names].flatMap((name): readonly (readonly [string, Node<Fields>])[] => {
      const scheme = api.securitySchemes.get(name);
      return scheme === undefined ? [] : [[name, scheme]];
    }),
  );
}

/** Passes each value once: what many operations share is judged where it stands, not where it is used. */
export function firstTime(): (value: unknown) => boolean {
  const seen = new Set<unknown>();
  return (value) => {
    if (seen.has(value)) return false;
    seen.add(value);
    return true;
  };
}
