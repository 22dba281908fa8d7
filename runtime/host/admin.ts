import { createServer, type IncomingMessage, METHODS, type Server, type ServerResponse } from 'node:http';
import { explainMatch } from '../route/explain.ts';
import type { Gateway } from './main.ts';
import type { Address } from './settings.ts';
import { COUNTERS, GAUGES } from './shared.ts';

/** A running admin listener. */
export interface AdminServer {
  readonly address: Address;
  close(): void;
}

interface Answer {
  readonly status: number;
  readonly json: unknown;
}

/** `id` is what stands behind the last slash, percent-decoded, where the path ends in one. */
type Handler = (gateway: Gateway, url: URL, id: string) => Answer | Promise<Answer>;

type Methods = ReadonlyMap<string, Handler>;
const get = (handler: Handler): Methods => new Map([['GET', handler]]);
const post = (handler: Handler): Methods => new Map([['POST', handler]]);

/** AD-3, the endpoints that exist so far. A path that ends in a slash takes one more segment. */
const ENDPOINTS: ReadonlyMap<string, Methods> = new Map([
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

/**
 * The listener for operators, in the main thread and on loopback only (AD-1). It asks for no credentials, so it answers only to names of
 * the loopback: a web page that resolves its own name to 127.0.0.1 gets nothing.
 *
 * @throws the system's error when it cannot listen
 */
export async function startAdmin(gateway: Gateway, address: Address): Promise<AdminServer> {
  const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    request.resume();
    answer(gateway, request)
      .catch((error: unknown): Answer => problem(500, error instanceof Error ? error.message : String(error)))
      .then((given) => send(request, response, given));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, resolve);
  });
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
  return { address: { ...address, port }, close: () => close(server) };
}

function close(server: Server): void {
  server.close();
  server.closeAllConnections();
}

async function answer(gateway: Gateway, request: IncomingMessage): Promise<Answer & { readonly allow?: string }> {
  const host = (request.headers.host ?? '').replace(/:\d*$/, '');
  if (host !== 'localhost' && host !== '[::1]' && !/^127(\.\d{1,3}){3}$/.test(host)) {
    return problem(403, 'The admin listener answers to localhost only.');
  }
  if (request.headers.origin !== undefined) return problem(403, 'The admin listener answers to no web page.');
  const url = new URL(request.url ?? '/', 'http://localhost');
  const slash = url.pathname.lastIndexOf('/') + 1;
  const methods = ENDPOINTS.get(url.pathname) ?? (slash > 1 ? ENDPOINTS.get(url.pathname.slice(0, slash)) : undefined);
  if (methods === undefined) return problem(404, 'There is no such endpoint.');
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
  const handler = methods.get(method);
  if (handler !== undefined) return await handler(gateway, url, decoded(url.pathname.slice(slash)));
  const allow = [...methods.keys()].flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name])).join(', ');
  return { ...problem(METHODS.includes(method) ? 405 : 501, `This endpoint takes ${allow}.`), allow };
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, json, allow }: Answer & { readonly allow?: string },
): void {
  const body = `${JSON.stringify(json, null, 2)}\n`;
  const type = status >= 400 && status !== 503 ? 'application/problem+json' : 'application/json';
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...(allow === undefined ? {} : { allow }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function problem(status: number, detail: string): Answer {
  return { status, json: { type: 'about:blank', status, detail } };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function live(): Answer {
  return { status: 200, json: { status: 'pass' } };
}

/** OB-6. Does not depend on any upstream. */
function ready(gateway: Gateway, url: URL): Answer {
  const { threads, settings, state } = gateway;
  const fine = state === 'ready' && threads.listening > 0;
  const status = fine ? 200 : 503;
  const summary = { status: fine ? 'pass' : 'fail', state };
  if (!url.searchParams.has('verbose')) return { status, json: summary };
  const numbers = Object.fromEntries([...GAUGES, ...COUNTERS].map((cell) => [cell, threads.table.total(cell)]));
  const { name, hash } = gateway.bundle.parts.gateway;
  return {
    status,
    json: {
      ...summary,
      name,
      hash,
      threads: { listening: threads.listening, wanted: settings.threads },
      ...numbers,
      sharedMemoryBytes: threads.table.buffer.byteLength,
    },
  };
}

function started({ state }: Gateway): Answer {
  return state === 'starting' ? { status: 503, json: { status: 'fail' } } : { status: 200, json: { status: 'pass' } };
}

/** What the build says of every route: written into the file as data, read only when somebody asks. */
interface RouteTexts {
  readonly values: readonly unknown[];
  readonly routes: readonly ({ readonly id: string; readonly values: readonly number[] } & Readonly<Record<string, unknown>>)[];
}

function routeTexts({ bundle }: Gateway): RouteTexts {
  return JSON.parse(bundle.file.routes);
}

function routes(gateway: Gateway): Answer {
  const list = routeTexts(gateway).routes.map(({ values: _, ...rest }) => rest);
  return { status: 200, json: { name: gateway.bundle.parts.gateway.name, routes: list } };
}

function route(gateway: Gateway, _url: URL, id: string): Answer {
  const { values, routes: list } = routeTexts(gateway);
  const found = list.find((one) => one.id === id);
  if (found === undefined) return problem(404, `There is no route '${id}'.`);
  return { status: 200, json: { ...found, values: found.values.map((index) => values[index]) } };
}

/** Which route a request would take, and why not another: `?method=GET&url=/v2/orders/42&host=…&header=name:value`. */
function match({ bundle }: Gateway, { searchParams }: URL): Answer {
  const target = searchParams.get('url');
  if (target === null || !/^\/[!-~]*$/.test(target)) return problem(400, 'Say which request: ?method=GET&url=/path');
  const headers = new Map(
    searchParams.getAll('header').map((text) => {
      const colon = text.indexOf(':');
      return [text.slice(0, colon).trim().toLowerCase(), text.slice(colon + 1).trim()];
    }),
  );
  const { table, gateway } = bundle.parts;
  const method = searchParams.get('method') ?? 'GET';
  const host = (searchParams.get('host') ?? '').toLowerCase();
  const explained = explainMatch(table, { method, host, target, headers });
  const named = (index: number): unknown => {
    const { id, method: of, template } = gateway.routes[index] ?? {};
    return { id, method: of, template };
  };
  return {
    status: 200,
    json: {
      ...explained,
      route: explained.route === undefined ? null : named(explained.route),
      candidates: explained.candidates.map(({ route: index, ...why }) => ({ route: named(index), ...why })),
    },
  };
}

function config({ bundle, lastReload, settings, startedAt }: Gateway): Answer {
  const { version, name, sha256, host } = bundle.file;
  const { hash } = bundle.parts.gateway;
  return {
    status: 200,
    json: {
      name,
      gw: version,
      node: process.versions.node,
      hash,
      generation: sha256,
      host,
      threads: settings.threads,
      startedAt: new Date(startedAt).toISOString(),
      lastReload: lastReload ?? null,
    },
  };
}

async function reload(gateway: Gateway): Promise<Answer> {
  const result = await gateway.reload();
  switch (result.kind) {
    case 'restart':
      return {
        status: 409,
        json: { status: 409, code: 'restart-required', detail: 'Only a new process can run this bundle.', keys: result.keys },
      };
    case 'failed':
      return { status: 500, json: { status: 500, code: 'reload-failed', detail: result.error } };
    default:
      return { status: 200, json: result };
  }
}

/** For leak tests: the heap after a forced collection. Only where the process was started with --expose-gc. */
async function collect({ threads }: Gateway): Promise<Answer> {
  if (globalThis.gc === undefined) return problem(404, 'Start the gateway with --expose-gc.');
  globalThis.gc();
  return { status: 200, json: { main: process.memoryUsage().heapUsed, threads: await threads.collect() } };
}
