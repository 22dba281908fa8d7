import type { Problem } from '../contract.ts';
import { explainMatch } from '../route/explain.ts';
import type { Gateway } from './gateway.ts';
import { CELLS, type Cell } from './shared.ts';

/** What the admin listener answers. `allow`: the methods of the endpoint, with a 405. */
export type AdminAnswer = { readonly allow?: string } & (
  | { readonly status: number; readonly type: string; readonly json: unknown }
  | { readonly problem: Problem }
);

type Handler = (gateway: Gateway, url: URL) => AdminAnswer | Promise<AdminAnswer>;

export interface AdminEndpoint {
  /** `GET` stands for `HEAD` too. */
  readonly method: 'GET' | 'POST';
  readonly answer: Handler;
}

const get = (answer: Handler): AdminEndpoint => ({ method: 'GET', answer });
const post = (answer: Handler): AdminEndpoint => ({ method: 'POST', answer });

/** AD-3, the endpoints that exist so far. A path that ends in a slash takes one more segment. */
const ENDPOINTS: ReadonlyMap<string, AdminEndpoint> = new Map([
  ['/livez', get(live)],
  ['/readyz', get(ready)],
  ['/startupz', get(started)],
  ['/routes', get(routes)],
  ['/routes/', get(route)],
  ['/debug/match', get(match)],
  ['/debug/collect', post(collect)],
  ['/config', get(config)],
  ['/config/reload', post(reload)],
]);

export function endpointOf(path: string): AdminEndpoint | undefined {
  const slash = path.lastIndexOf('/') + 1;
  return ENDPOINTS.get(path) ?? (slash > 1 ? ENDPOINTS.get(path.slice(0, slash)) : undefined);
}

export function refusal(
  status: number,
  code: string,
  title: string,
  detail: string | undefined,
  extensions: Problem['extensions'] = {},
): AdminAnswer {
  return { problem: { type: 'about:blank', title, status, code, extensions, ...(detail === undefined ? {} : { detail }) } };
}

function ok(json: unknown): AdminAnswer {
  return { status: 200, type: 'application/json', json };
}

/** OB-6, in the form of `application/health+json`. */
function health(fine: boolean, more: object = {}): AdminAnswer {
  return { status: fine ? 200 : 503, type: 'application/health+json', json: { status: fine ? 'pass' : 'fail', ...more } };
}

function live(): AdminAnswer {
  return health(true);
}

/** Whether requests should be sent here. Does not depend on any upstream. `?verbose` tells what the threads are doing. */
function ready(gateway: Gateway, url: URL): AdminAnswer {
  const { threads, state, reloads } = gateway;
  const fine = state === 'ready' && threads.listening > 0;
  if (!url.searchParams.has('verbose')) return health(fine, { state });
  const { name, hash } = gateway.bundle.parts.gateway;
  const { table, shared } = threads;
  return health(fine, {
    state,
    name,
    hash,
    ...numbers((cell) => table.total(cell)),
    threads: threads.states.map((one) => ({ ...one, ...numbers((cell) => table.column(one.thread).get(cell)) })),
    reloads: { swapped: reloads.swapped, failed: reloads.failed },
    sharedBytes: shared.buffer.byteLength,
  });
}

function numbers(read: (cell: Cell) => number): Readonly<Record<string, number>> {
  return Object.fromEntries(CELLS.map((cell) => [cell, read(cell)]));
}

function started({ state }: Gateway): AdminAnswer {
  return health(state !== 'starting');
}

/** What the build says of every route: written into the file as data (`cli/bundle/admin-routes.ts`), read only when somebody asks. */
interface RouteTexts {
  readonly values: readonly unknown[];
  readonly routes: readonly ({ readonly id: string; readonly values: readonly number[] } & Readonly<Record<string, unknown>>)[];
}

function routeTexts({ bundle }: Gateway): RouteTexts {
  return JSON.parse(bundle.file.routes);
}

/** All routes, or `?limit=` of them `&after=` an id: then `next` is the id to go on after. */
function routes(gateway: Gateway, { searchParams }: URL): AdminAnswer {
  const all = routeTexts(gateway).routes.map(({ values: _, ...rest }) => rest);
  const after = searchParams.get('after');
  const start = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
  if (after !== null && start === 0)
    return refusal(400, 'bad-request', 'Bad Request', `There is no route '${after}' to go on after.`);
  const limit = searchParams.get('limit') ?? String(all.length);
  if (!/^\d{1,9}$/.test(limit)) return refusal(400, 'bad-request', 'Bad Request', 'limit is not a number.');
  const page = all.slice(start, start + Number(limit));
  const next = start + page.length < all.length ? page.at(-1)?.id : undefined;
  return ok({ name: gateway.bundle.parts.gateway.name, routes: page, ...(next === undefined ? {} : { next }) });
}

/** One route with its effective configuration: where each value was written. */
function route(gateway: Gateway, url: URL): AdminAnswer {
  const id = decoded(url.pathname.slice(url.pathname.lastIndexOf('/') + 1));
  const { values, routes: list } = routeTexts(gateway);
  const found = list.find((one) => one.id === id);
  if (found === undefined) return refusal(404, 'not-found', 'Not Found', `There is no route '${id}'.`);
  return ok({ ...found, values: found.values.map((index) => values[index]) });
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Which route a request would take, and why not another: `?method=GET&url=/v2/orders/42`, with `host=…` and `header=name:value`. */
function match({ bundle }: Gateway, { searchParams }: URL): AdminAnswer {
  const asked = /^(?:https?:\/\/([^/?#]+))?(\/[!-~]*)$/i.exec(searchParams.get('url') ?? '');
  const [, authority, target] = asked ?? [];
  if (target === undefined) return refusal(400, 'bad-request', 'Bad Request', 'Say which request: ?method=GET&url=/path');
  const headers = new Map(
    searchParams.getAll('header').map((text): [string, string] => {
      const [name = '', ...value] = text.split(':');
      return [name.trim().toLowerCase(), value.join(':').trim()];
    }),
  );
  const { table, gateway } = bundle.parts;
  const method = (searchParams.get('method') ?? 'GET').toUpperCase();
  const host = (searchParams.get('host') ?? authority ?? '').replace(/:\d*$/, '').toLowerCase();
  const { route: taken, candidates, captures, ...rest } = explainMatch(table, { method, host, target, headers });
  const named = (index: number): object => {
    const { id, method: of, template } = gateway.routes[index] ?? {};
    return { id, method: of, template };
  };
  const parameters = taken === undefined ? [] : (gateway.routes[taken]?.parameterNames ?? []);
  return ok({
    ...rest,
    route: taken === undefined ? null : named(taken),
    parameters: Object.fromEntries(parameters.map((name, index) => [name, captures[index]])),
    candidates: candidates.map(({ route: index, ...why }) => ({ ...named(index), ...why })),
  });
}

function config({ bundle, reloads, threads, startedAt }: Gateway): AdminAnswer {
  const { version, name, sha256, host } = bundle.file;
  return ok({
    name,
    gw: version,
    node: process.versions.node,
    hash: bundle.parts.gateway.hash,
    generation: sha256,
    host,
    threads: threads.states.length,
    startedAt: new Date(startedAt).toISOString(),
    lastReload: reloads.last ?? null,
  });
}

async function reload(gateway: Gateway): Promise<AdminAnswer> {
  const result = await gateway.reload();
  if (result.kind === 'restart') {
    const { keys } = result;
    return refusal(409, 'restart-required', 'Conflict', 'Only a new process can run this bundle.', { keys });
  }
  if (result.kind === 'failed') return refusal(500, 'reload-failed', 'Internal Server Error', result.error);
  return ok(result);
}

/** For leak tests: the heap after a forced collection. Only where the process was started with --expose-gc. */
async function collect({ threads }: Gateway): Promise<AdminAnswer> {
  if (globalThis.gc === undefined) return refusal(404, 'not-found', 'Not Found', 'Start the gateway with --expose-gc.');
  globalThis.gc();
  return ok({ main: process.memoryUsage().heapUsed, threads: await threads.collect() });
}
