import { type ParameterValues, parameterValues } from '../merge/parameter-values.ts';
import { canBothHold } from '../merge/route-findings.ts';
import { type Leaf, RouteTree } from '../merge/route-tree.ts';
import { witness } from '../merge/witness.ts';
import type { ChangeDraft } from './change.ts';
import type { RouteTable, TableRoute } from './effective.ts';
import { about, type Matched } from './matched.ts';

/** Steps of the search for common paths, per template and in all; as many as the merge takes for the same question. */
const STEPS_EACH = 20_000;
const STEPS_AT_LEAST = 1_000_000;
const STEPS_PER_ROUTE = 200;

/** Requests that one route takes over from another, shown for each route. */
const SHOWN_EACH = 5;

/**
 * Requests that went to one route and now go to another: to a new route that is more specific than a present one, or, where a route is
 * removed, to one that was less specific than it. Each with a request that shows it.
 */
export function movedRequests({ added, removed }: Matched, head: RouteTable): readonly ChangeDraft[] {
  if (added.length === 0 && removed.length === 0) return [];
  const isAdded = new Set(added.map(({ key }) => key));
  const isRemoved = new Set(removed.map(({ key }) => key));
  const all = [...head.routes.values(), ...removed];
  const tree = new RouteTree(all, ({ plan }) => plan.segments);
  const total = { steps: STEPS_AT_LEAST + STEPS_PER_ROUTE * all.length };
  const found: ChangeDraft[] = [];
  const shown = new Map<string, number>();
  const move = (before: TableRoute, after: TableRoute): void => {
    const isNew = isAdded.has(before.key);
    // The winner is new and the loser was there; or the winner is gone and the loser stays.
    if (isNew ? isAdded.has(after.key) : !isRemoved.has(before.key) || isRemoved.has(after.key) || isAdded.has(after.key)) return;
    const request = requestOf(before, after);
    if (request === undefined) return;
    const count = (shown.get(before.key) ?? 0) + 1;
    shown.set(before.key, count);
    if (count <= SHOWN_EACH) found.push(isNew ? taken(before, after, request, head) : left(before, after, request));
  };
  for (const leaf of tree.leaves) {
    const each = { steps: Math.min(STEPS_EACH, total.steps) };
    const given = each.steps;
    within(leaf, move);
    for (const other of tree.before(leaf, each)) between(other, leaf, move);
    total.steps -= given - Math.max(0, each.steps);
  }
  return found;
}

type Move = (before: TableRoute, after: TableRoute) => void;

/** Routes of one template: the one with more conditions is asked first. */
function within({ members }: Leaf<TableRoute>, move: Move): void {
  for (const first of members) {
    for (const second of members) {
      if (first.plan.conditions.length > second.plan.conditions.length && bothFit(first, second)) move(first, second);
    }
  }
}

function between(before: Leaf<TableRoute>, leaf: Leaf<TableRoute>, move: Move): void {
  for (const first of before.members) for (const second of leaf.members) if (bothFit(first, second)) move(first, second);
}

function bothFit(a: TableRoute, b: TableRoute): boolean {
  return a.plan.method === b.plan.method && canBothHold(a.plan.conditions, b.plan.conditions);
}

/** A request that both routes fit. */
function requestOf(a: TableRoute, b: TableRoute): string | undefined {
  const [left, right] = [a, b].map((route) => ({ segments: route.plan.segments, parameters: valuesOf(route) }));
  const path = left === undefined || right === undefined ? undefined : witness(left, right);
  if (path === undefined) return undefined;
  const conditions = [...a.plan.conditions, ...b.plan.conditions];
  const query = conditions.filter((one) => one.in === 'query').map(({ name, equals }) => `${name}=${encodeURIComponent(equals)}`);
  const headers = conditions
    .filter((one) => one.in !== 'query')
    .map((one) => (one.in === 'accept' ? `accept: ${one.name}; version ${one.equals}` : `${one.name}: ${one.equals}`));
  const target = `${path}${query.length === 0 ? '' : `?${[...new Set(query)].join('&')}`}`;
  return `${a.plan.method} ${target}${headers.length === 0 ? '' : ` with ${[...new Set(headers)].join(', ')}`}`;
}

function valuesOf({ operation, plan }: TableRoute): readonly ParameterValues[] {
  if (operation === undefined) return plan.parameterNames.map(() => ({}));
  const byName = parameterValues(operation, operation.api.resolver);
  return plan.parameterNames.map((name) => byName.get(name) ?? {});
}

/** D8: a new route answers what another one answered. Between teams it is a conflict, unless the platform team has accepted it. */
function taken(winner: TableRoute, loser: TableRoute, request: string, head: RouteTable): ChangeDraft {
  const isForeign = winner.owner !== loser.owner;
  const isConflict = isForeign && isReported([winner, loser], head);
  const of = loser.owner === undefined ? '' : ` (${loser.owner})`;
  const { base, ...rest } = about(loser, winner);
  return {
    id: isConflict ? 'route-takeover' : 'route-precedence-changed',
    section: isConflict ? 'conflicts' : 'traffic',
    severity: isConflict ? 'critical' : isForeign ? 'medium' : 'low',
    direction: 'neutral',
    verdict: isConflict ? 'conflict' : 'compatible',
    ...rest,
    ...(base === undefined ? {} : { base }),
    ...(isForeign && loser.owner !== undefined ? { concerned: [loser.owner] } : {}),
    subject: `takes from ${loser.key}`,
    message: `takes requests from ${loser.name}${of}`,
    witness: request,
  };
}

/** A take-over that is suppressed in the gateway file, with its reason, is in no diagnostic. */
function isReported(routes: readonly TableRoute[], { diagnostics }: RouteTable): boolean {
  return routes.some(({ operation }) => {
    if (operation === undefined) return true;
    const { pointer, document } = operation.node;
    return diagnostics.some(
      ({ rule, at, pointer: place }) => takeovers.includes(rule) && at.file === document.file && place === pointer,
    );
  });
}

const takeovers: readonly string[] = ['merge/route-takeover', 'merge/route-ambiguous'];

function left(gone: TableRoute, heir: TableRoute, request: string): ChangeDraft {
  const of = heir.owner === undefined ? '' : ` (${heir.owner})`;
  const { base, head, ...rest } = about(gone, heir);
  return {
    id: 'route-falls-through',
    section: 'traffic',
    severity: gone.owner === heir.owner ? 'low' : 'high',
    direction: 'neutral',
    verdict: gone.owner === heir.owner ? 'compatible' : 'potential',
    ...rest,
    routes: [{ key: gone.key, name: gone.name, ...(gone.owner === undefined ? {} : { owner: gone.owner }) }],
    ...(base === undefined ? {} : { base }),
    ...(head === undefined ? {} : { head }),
    ...(heir.owner === undefined ? {} : { concerned: [heir.owner] }),
    subject: `falls through to ${heir.key}`,
    message: `is gone, and ${heir.name}${of} answers its requests`,
    witness: request,
  };
}
