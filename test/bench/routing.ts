/** The route table alone: what a match costs with few and with many routes. */
import { emitMatcher } from '../../cli/emit/matcher.ts';
import { matchRoute } from '../../runtime/route/match.ts';
import { createRouter, type Router, type RouteTable } from '../../runtime/route/table.ts';
import { routePlan } from '../support/plan.ts';

interface RoutingCost {
  readonly count: number;
  readonly hotNs: number;
  readonly hotRatio: number;
  readonly allNs: number;
  readonly allRatio: number;
}

/** Costs for 10, 1,000 and 10,000 routes. */
export async function routing(): Promise<readonly RoutingCost[]> {
  const sizes = [10, 1_000, 10_000];
  const routers = new Map<number, Router>();
  for (const count of sizes) routers.set(count, await routerOf(count));
  // Twice over, in turn, so that no size has the warmer code.
  const hot = new Map<number, number>();
  const all = new Map<number, number>();
  for (let round = 0; round < 5; round += 1) {
    for (const [count, router] of routers) {
      hot.set(count, Math.min(hot.get(count) ?? Infinity, time(router, pathsOf(count, 10))));
      all.set(count, Math.min(all.get(count) ?? Infinity, time(router, pathsOf(count, count))));
    }
  }
  return sizes.map((count) => ({
    count,
    hotNs: hot.get(count) ?? 0,
    hotRatio: (hot.get(count) ?? 0) / (hot.get(10) ?? 1),
    allNs: all.get(count) ?? 0,
    allRatio: (all.get(count) ?? 0) / (all.get(10) ?? 1),
  }));
}

async function routerOf(count: number): Promise<Router> {
  const routes = Array.from({ length: count }, (_, n) => routePlan(`GET /v1/${area(n)}/{id}/things${n}/{thing}`));
  const text = emitMatcher({ routes });
  const { table }: { table: RouteTable } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  return createRouter(table, () => 0);
}

function area(n: number): string {
  return `area${n % 37}`;
}

function pathsOf(count: number, different: number): readonly string[] {
  const step = Math.max(1, Math.floor(count / different));
  return Array.from({ length: Math.min(count, different) }, (_, n) => n * step).map((n) => `/v1/${area(n)}/42/things${n}/7`);
}

/** Nanoseconds a match over 500,000 of them. */
function time(router: Router, paths: readonly string[]): number {
  const captures: number[] = [];
  const request = { query: '', header: () => undefined };
  let found = 0;
  const matches = 500_000;
  const began = process.hrtime.bigint();
  for (let n = 0; n < matches; n += 1)
    found += matchRoute(router, '', 'GET', paths[n % paths.length] ?? '', captures, request) >= 0 ? 1 : 0;
  const elapsed = Number(process.hrtime.bigint() - began);
  if (found !== matches) throw new Error(`only ${found} of ${matches} matched`);
  return elapsed / matches;
}
