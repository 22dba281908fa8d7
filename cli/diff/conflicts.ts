import { globHolds } from '../config/path-glob.ts';
import type { LocatedDiagnostic } from '../diagnostics.ts';
import type { Segment } from '../plan/ir.ts';
import type { ChangeDraft, RouteName } from './change.ts';
import type { RouteTable } from './effective.ts';

/** What is told with its routes and a request: `precedence.ts`. */
const toldOtherwise: readonly string[] = ['merge/route-takeover', 'merge/route-ambiguous'];

const PREFIX = 'route/prefix-ownership';
const nowhere: ReturnType<typeof routeOf> = { key: '', name: '' };

/** Findings of the merge that the head has and the base has not: what teams claim from each other. */
export function conflictChanges(base: RouteTable, head: RouteTable): readonly ChangeDraft[] {
  const known = new Set(base.diagnostics.map(identity));
  return head.diagnostics
    .filter(({ rule }) => (rule.startsWith('merge/') || rule === PREFIX) && !toldOtherwise.includes(rule))
    .filter(({ severity }) => severity !== 'info')
    .filter((diagnostic) => !known.has(identity(diagnostic)))
    .map((diagnostic): ChangeDraft => {
      const { rule, severity, message, at, operation, owner } = diagnostic;
      const isError = severity === 'error';
      const { segments, ...name } = operation === undefined ? nowhere : routeOf(diagnostic, head);
      return {
        id: rule.replace('/', '-'),
        section: 'conflicts',
        severity: isError ? 'high' : 'medium',
        direction: 'neutral',
        verdict: isError ? 'conflict' : 'potential',
        routes: operation === undefined ? [] : [{ ...name, ...(owner === undefined ? {} : { owner }) }],
        ...(rule === PREFIX && segments !== undefined ? { concerned: landlords(segments, base, head) } : {}),
        subject: message,
        message,
        head: { known: at },
      };
    });
}

function identity({ rule, message }: LocatedDiagnostic): string {
  return `${rule} ${message}`;
}

/** Teams that a path belongs to, as either side has them. */
function landlords(segments: readonly Segment[], base: RouteTable, head: RouteTable): readonly string[] {
  const teams = [base, head].flatMap(({ config }) => [...(config?.teams.values() ?? [])]);
  return [...new Set(teams.filter(({ paths }) => paths.some((glob) => globHolds(glob, segments))).map(({ name }) => name))];
}

function routeOf(
  { operation, at, pointer }: LocatedDiagnostic,
  { routes }: RouteTable,
): Pick<RouteName, 'key' | 'name'> & { readonly segments?: readonly Segment[] } {
  for (const { operation: own, key, name, plan } of routes.values()) {
    if (own?.node.document.file !== at.file) continue;
    const isNamed = own.method === operation?.method && own.path === operation.path;
    if (isNamed || own.node.pointer === pointer) return { key, name, segments: plan.segments };
  }
  const name = `${operation?.method ?? ''} ${operation?.path ?? ''}`;
  return { key: name, name };
}
