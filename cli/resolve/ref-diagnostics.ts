import type { Diagnostic, Place, Severity } from '../diagnostics.ts';
import type { Node } from '../load/document.ts';
import { type References, referenceIn } from './refs.ts';
import { type RefProblem, relatedOf, type Visit } from './walk.ts';

const rules = { remote: 'spec/ref-remote', outside: 'spec/ref-outside', unresolved: 'spec/ref-unresolved' } as const;

/** Says which references lead nowhere, stand where none may, or only lead to each other. */
export function refDiagnostics(
  problems: readonly RefProblem[],
  visits: readonly Visit[],
  references: References,
): readonly Diagnostic[] {
  return [...problems.flatMap(problemDiagnostics), ...cycleDiagnostics(visits, references)];
}

function problemDiagnostics({ at, target, read, steps, misplaced }: RefProblem): readonly Diagnostic[] {
  const related = relatedOf(steps);
  if ('node' in target) {
    if (!misplaced) return [];
    const message = 'OpenAPI knows no $ref here; it is followed all the same';
    return [{ rule: 'spec/ref-misplaced', severity: 'warn', message, at, related }];
  }
  const { failure, message, hint } = target;
  if (failure === 'broken') return [];
  // What only people read leaves the bundle as it is; a reference out of the root never does.
  const severity: Severity = read || failure === 'outside' ? 'error' : 'warn';
  return [{ rule: rules[failure], severity, message, ...(hint === undefined ? {} : { hint }), at, related }];
}

/** References that lead to each other in a circle, each circle once, at its first member. */
function cycleDiagnostics(visits: readonly Visit[], references: References): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const done = new Set<unknown>();
  for (const { node } of visits) {
    if (!isAlias(node) || done.has(node.value)) continue;
    const way: Node[] = [];
    const onWay = new Set<unknown>();
    let at: Node | undefined = node;
    while (at !== undefined && isAlias(at) && !done.has(at.value)) {
      done.add(at.value);
      onWay.add(at.value);
      way.push(at);
      const target = references.target(at, referenceIn(at.value) ?? '');
      at = 'node' in target ? target.node : undefined;
    }
    const first = at !== undefined && onWay.has(at.value) ? way.findIndex(({ value }) => value === at?.value) : -1;
    if (first !== -1) diagnostics.push(cycle(way.slice(first)));
  }
  return diagnostics;
}

/** An object that is nothing but a reference, descriptions beside it apart. */
function isAlias({ value }: Node): boolean {
  if (referenceIn(value) === undefined) return false;
  return Object.keys(Object(value)).every(
    (key) => key === '$ref' || key === 'description' || key === 'summary' || key.startsWith('x-'),
  );
}

function cycle(members: readonly Node[]): Diagnostic {
  const places = members.map(
    ({ document, pointer }): Place => ({ file: document.file, pointer: `${pointer}/$ref`, part: 'value' }),
  );
  const id = (place: Place) => `${place.file}#${place.pointer}`;
  const [first, ...others] = places.toSorted((a, b) => (id(a) < id(b) ? -1 : 1));
  return {
    rule: 'spec/ref-cycle',
    severity: 'error',
    message:
      members.length === 1 ? 'This reference leads to itself' : `These ${members.length} references lead only to each other`,
    at: first ?? { file: '', pointer: '', part: 'value' },
    related: others.map((at) => ({ at, message: 'Part of the circle' })),
  };
}
