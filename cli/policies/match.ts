import type { Condition } from '../plan/ir.ts';
import { defineKey, noCheck, unordered } from '../plan/key.ts';
import { map, object, text } from '../plan/shape.ts';
import { headerName } from './header-names.ts';

export default defineKey({
  key: 'match',
  levels: ['path', 'operation'],
  summary: 'Header fields and query parameters that a request must have, besides its path and method.',
  schema: object({ headers: map(text(), headerName), query: map(text()) }),
  check: noCheck,
  lower: ({ headers = {}, query = {} }): readonly Condition[] => [
    ...conditions('header', headers, (name) => name.toLowerCase()),
    ...conditions('query', query, (name) => name),
  ],
  compare: unordered,
  stage: 'route',
  runtime: 'plan',
});

/** Sorted by name: the order in which they are written means nothing. */
function conditions(
  place: Condition['in'],
  wanted: Readonly<Record<string, string>>,
  name: (authored: string) => string,
): readonly Condition[] {
  return Object.entries(wanted)
    .map(([key, equals]): Condition => ({ in: place, name: name(key), equals }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
