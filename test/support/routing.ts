import { emitMatcher } from '../../cli/emit/matcher.ts';
import type { Condition, RoutePlan, Segment } from '../../cli/plan/ir.ts';
import { matchRoute, NO_ROUTE } from '../../runtime/route/match.ts';
import { normalizePath, targetPath, targetQuery } from '../../runtime/route/normalize.ts';
import { createRouter, type Router, type RouteTable } from '../../runtime/route/table.ts';
import { unmatched } from '../../runtime/route/unmatched.ts';

export interface RouteOptions {
  readonly hosts?: readonly string[];
  readonly conditions?: readonly Condition[];
}

/** A route of the gateway plan from `GET /orders/{id}`; `{path+}` is a multi-segment parameter. */
export function route(name: string, { hosts = [], conditions = [] }: RouteOptions = {}): RoutePlan {
  const space = name.indexOf(' ');
  const method = name.slice(0, space);
  const template = name.slice(space + 1);
  const parameterNames: string[] = [];
  const segments = template
    .slice(1)
    .split('/')
    .map((text): Segment => segmentOf(text, parameterNames));
  return {
    id: name,
    tags: [],
    visibility: 'listed',
    deprecated: false,
    hosts,
    method,
    template,
    segments,
    parameterNames,
    conditions,
    action: { kind: 'redirect', status: 308, location: ['/'] },
    policies: [],
    values: [],
    origin: { level: 'builtin' },
  };
}

function segmentOf(text: string, names: string[]): Segment {
  const parts = text.split(/(\{[^}]*\})/).filter((part) => part !== '');
  const numbered = parts.map((part) => (part.startsWith('{') ? names.push(part.slice(1, -1)) - 1 : part));
  const [only] = numbered;
  if (numbered.length === 0) return { kind: 'literal', text: '' };
  if (numbered.length > 1) return { kind: 'template', parts: numbered };
  if (typeof only !== 'number') return { kind: 'literal', text };
  if (!names[only]?.endsWith('+')) return { kind: 'parameter', parameter: only };
  names[only] = names[only].slice(0, -1);
  return { kind: 'rest', parameter: only };
}

/** Evaluates the text of `gw:matcher`. */
export async function loadTable(text: string): Promise<RouteTable> {
  const loaded: { table: RouteTable } = await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(text)}`);
  return loaded.table;
}

const HEADERS: string[] = [];

/** The slot of a header in the requests of these tests. */
export function headerSlot(name: string): number {
  const known = HEADERS.indexOf(name);
  return known === -1 ? HEADERS.push(name) - 1 : known;
}

/** Emits, evaluates and loads the matcher of the routes. */
export async function routerOf(routes: readonly RoutePlan[]): Promise<Router> {
  return createRouter(await loadTable(emitMatcher({ routes })), headerSlot);
}

export interface TestRequest {
  readonly method: string;
  readonly target: string;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * What the gateway decides, as one line: the id of the route and its parameters (`GET /orders/{id} id=42`), or the status and what
 * belongs to it (`405 GET, HEAD, OPTIONS`).
 */
export function decide(
  router: Router,
  routes: readonly RoutePlan[],
  { method, target, host = 'h', headers = {} }: TestRequest,
): string {
  const path = normalizePath(targetPath(target), router.paths);
  if (path === undefined) return '400';
  const captures: number[] = [];
  const source = { query: targetQuery(target), header: (slot: number) => headers[HEADERS[slot] ?? ''] };
  const index = matchRoute(router, host, method, path, captures, source);
  if (index === NO_ROUTE) {
    const reply = unmatched(router, host, method, path, source);
    return [reply.status, ...reply.headers.map(([, value]) => value)].join(' ').trim();
  }
  const found = routes[index];
  const values = found?.parameterNames.map((name, i) => ` ${name}=${path.slice(captures[2 * i], captures[2 * i + 1])}`);
  return `${found?.id}${values?.join('')}`;
}
