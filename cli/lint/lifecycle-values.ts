import type { Node } from '../load/document.ts';
import type { Effective } from '../plan/effective.ts';
import { parseDate } from '../plan/units.ts';

/** A date as it was written. */
export interface WrittenDate {
  readonly node: Node;
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly ms: number;
}

export const DAY_MS = 86_400_000;

/** A date of the effective group `lifecycle`; undefined where none applies, or none that can be read. */
export function dateOf(values: ReadonlyMap<string, Effective>, name: 'deprecated' | 'sunset'): WrittenDate | undefined {
  const value = values.get(`lifecycle.${name}`);
  const text = value?.node.value;
  if (value === undefined || value.skipped !== undefined || typeof text !== 'string') return undefined;
  const ms = parseDate(text);
  return ms === undefined ? undefined : { node: value.node, text, ms };
}

/** A place as a text, to say once what many operations inherit. */
export function placeId({ document, pointer }: Node): string {
  return `${document.file}#${pointer}`;
}
