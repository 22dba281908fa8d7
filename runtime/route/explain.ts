/**
 * What the router does with one request, in words: for `gw explain` and `/debug/match`. Uses the walk itself, so that what it says is
 * what happens.
 */
import { conditionValue, matchingEnds, matchRoute, NO_ROUTE } from './match.ts';
import { normalizePath, targetPath, targetQuery } from './normalize.ts';
import { createRouter, type Router, type RouteTable } from './table.ts';
import { unmatched } from './unmatched.ts';

export interface MatchQuestion {
  /** Lower case, without port. */
  readonly host: string;
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
}

export interface MatchExplanation {
  /** Undefined when the path is refused (RT-2). */
  readonly path: string | undefined;
  readonly query: string;
  /** Index of the route in the plan; undefined when none accepts the request. */
  readonly route: number | undefined;
  /** Values of the route's parameters as they stand in the path, in order of the template. */
  readonly captures: readonly string[];
  /** Status of the gateway's own answer, when no route accepts the request. */
  readonly status: number | undefined;
  readonly allow: string | undefined;
  /** Every route whose template matches the path, the most specific first. */
  readonly candidates: readonly MatchCandidate[];
}

/** Why a candidate was not taken: nothing for the one that was. */
export interface MatchCandidate {
  readonly route: number;
  readonly lost?: 'method' | 'condition' | 'less-specific';
  /** The condition that does not hold: `header x-client is "web", not "mobile"`. */
  readonly detail?: string;
}

/** Asks a route table about one request. */
export function explainMatch(table: RouteTable, { host, method, target, headers }: MatchQuestion): MatchExplanation {
  const slots: string[] = [];
  const router = createRouter(table, (name) => slots.push(name) - 1);
  const query = targetQuery(target);
  const path = normalizePath(targetPath(target), router.paths);
  const nothing = { path, query, route: undefined, captures: [], candidates: [] };
  if (path === undefined) return { ...nothing, status: 400, allow: undefined };
  const header = (slot: number): string | undefined => headers.get(slots[slot] ?? '');
  const places: number[] = [];
  const found = matchRoute(router, host, method, path, places, { query, header });
  const candidates = candidatesOf(router, host, path).map(({ method: of, route }): MatchCandidate => {
    if (of !== method && route !== found) return { route, lost: 'method' };
    if (route === found) return { route };
    const detail = failedCondition(router, route, query, header);
    return detail === undefined ? { route, lost: 'less-specific' } : { route, lost: 'condition', detail };
  });
  if (found === NO_ROUTE) {
    const { status, headers: fields } = unmatched(router, host, method, path, { query, header });
    return { ...nothing, candidates, status, allow: fields.find(([name]) => name === 'allow')?.[1] };
  }
  const captures: string[] = [];
  for (let i = 0; i + 1 < places.length; i += 2) captures.push(path.slice(places[i], places[i + 1]));
  return { path, query, route: found, captures, status: undefined, allow: undefined, candidates };
}

/** Each route once, `HEAD` entries of a `GET` left out. */
function candidatesOf(router: Router, host: string, path: string): { readonly method: string; readonly route: number }[] {
  const seen = new Map<number, string>();
  for (const ends of matchingEnds(router, host, path)) {
    for (let i = 0; i + 1 < ends.length; i += 2) {
      const route = ends[i + 1];
      if (route !== undefined && !seen.has(route)) seen.set(route, router.methods[ends[i] ?? -1] ?? '');
    }
  }
  return [...seen].map(([route, method]) => ({ method, route }));
}

function failedCondition(
  router: Router,
  route: number,
  query: string,
  header: (slot: number) => string | undefined,
): string | undefined {
  for (const condition of router.conditions[route] ?? []) {
    const { name, equals } = condition;
    const value = conditionValue(condition, { query, header });
    if (value === equals || (value === undefined && condition.orAbsent === true)) continue;
    const place = { query: 'query parameter', header: 'header', accept: 'version of' }[condition.in];
    const is = value === undefined ? 'is absent' : `is ${JSON.stringify(value)}`;
    return `${place} ${name} ${is}, not ${JSON.stringify(equals)}`;
  }
  return undefined;
}
