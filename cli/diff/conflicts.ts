import type { LocatedDiagnostic } from '../diagnostics.ts';
import type { ChangeDraft } from './change.ts';
import type { RouteTable } from './effective.ts';

/** What is told with its routes and a request: `precedence.ts`. */
const toldOtherwise: readonly string[] = ['merge/route-takeover', 'merge/route-ambiguous'];

/** Findings of the merge that the head has and the base has not: what teams claim from each other. */
export function conflictChanges(base: RouteTable, head: RouteTable): readonly ChangeDraft[] {
  const known = new Set(base.diagnostics.map(identity));
  return head.diagnostics
    .filter(({ rule }) => (rule.startsWith('merge/') || rule === 'route/prefix-ownership') && !toldOtherwise.includes(rule))
    .filter(({ severity }) => severity !== 'info')
    .filter((diagnostic) => !known.has(identity(diagnostic)))
    .map((diagnostic): ChangeDraft => {
      const { rule, severity, message, at, operation, owner } = diagnostic;
      const isError = severity === 'error';
      const name = operation === undefined ? undefined : routeOf(diagnostic, head);
      return {
        id: rule.replace('/', '-'),
        section: 'conflicts',
        severity: isError ? 'high' : 'medium',
        direction: 'neutral',
        verdict: isError ? 'conflict' : 'potential',
        routes: name === undefined ? [] : [{ ...name, ...(owner === undefined ? {} : { owner }) }],
        subject: message,
        message,
        head: { known: at },
      };
    });
}

function identity({ rule, message }: LocatedDiagnostic): string {
  return `${rule} ${message}`;
}

function routeOf({ operation, at, pointer }: LocatedDiagnostic, { routes }: RouteTable) {
  for (const { operation: own, key, name } of routes.values()) {
    if (own?.node.document.file !== at.file) continue;
    const isNamed = own.method === operation?.method && own.path === operation.path;
    if (isNamed || own.node.pointer === pointer) return { key, name };
  }
  const name = `${operation?.method ?? ''} ${operation?.path ?? ''}`;
  return { key: name, name };
}
