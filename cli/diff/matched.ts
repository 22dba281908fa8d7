/** Which route of one side is which of the other, and what changes say of them alike. */
import type { ChangeDraft, RouteName, Where } from './change.ts';
import type { RouteTable, TableRoute } from './effective.ts';

/** A route that both sides have. */
export interface Pair {
  readonly base: TableRoute;
  readonly head: TableRoute;
}

/** Routes of both sides by whether the other side has them, in the order of the router. */
export interface Matched {
  readonly pairs: readonly Pair[];
  readonly added: readonly TableRoute[];
  readonly removed: readonly TableRoute[];
}

export function match(base: RouteTable, head: RouteTable): Matched {
  const pairs: Pair[] = [];
  const added: TableRoute[] = [];
  for (const [key, route] of head.routes) {
    const before = base.routes.get(key);
    if (before === undefined) added.push(route);
    else pairs.push({ base: before, head: route });
  }
  return { pairs, added, removed: [...base.routes.values()].filter(({ key }) => !head.routes.has(key)) };
}

/** The place of a route: its operation, or what a manifest remembers. */
export function placeOfRoute({ operation, plan }: TableRoute): Where | undefined {
  if (operation !== undefined) return { node: operation.node, part: 'key' };
  return plan.origin.at === undefined ? undefined : { known: plan.origin.at };
}

/** What changes of one route have in common. */
export function about(base: TableRoute | undefined, head: TableRoute | undefined): Pick<ChangeDraft, 'routes' | 'base' | 'head'> {
  const route: RouteName | undefined = head ?? base;
  const [from, to] = [base, head].map((one) => (one === undefined ? undefined : placeOfRoute(one)));
  return {
    routes: route === undefined ? [] : [nameOnly(route)],
    ...(from === undefined ? {} : { base: from }),
    ...(to === undefined ? {} : { head: to }),
  };
}

export function nameOnly({ key, name, owner: team }: RouteName): RouteName {
  return { key, name, ...(team === undefined ? {} : { owner: team }) };
}
