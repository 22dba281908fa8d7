import { createHash } from 'node:crypto';
import type { ActionFactory } from '../../actions/action.ts';
import type { Reply } from '../../contract.ts';
import type { ServedExchange } from '../../exchange.ts';
import type { GatewaySpec, RouteSpec } from '../../gateway-spec.ts';
import { createGeneration } from '../../generation.ts';
import { refuse, serve } from '../../pipeline.ts';
import { createHostServices } from '../create-services.ts';
import { loadDrivers } from '../drivers.ts';
import type { Gateway } from '../gateway.ts';
import { say, stackOf } from '../say.ts';
import type { Address } from '../settings.ts';
import { createLibraryTransport } from '../transport/library.ts';
import { transportSettings } from '../transport/transport.ts';
import type { AuditLog } from './audit-log.ts';
import { authenticate, type Operators } from './authenticate.ts';
import { type AdminCall, type AdminHandler, etagOf, refusal } from './call.ts';
import { handlers } from './endpoints.ts';
import { staffOf } from './staff.ts';
import type { AdminPrincipal, AdminTokens } from './tokens.ts';

/**
 * The listener for operators, in the main thread (AD-1). A gateway of its own, compiled from its own document, whose service is in this
 * process; requests go through the same checks as everybody's. It answers only to names of the loopback, since a web page may resolve
 * its own name to 127.0.0.1, and to no request that a browser made for a web page.
 *
 * @returns the address it listens on: port 0 has become a free one
 * @throws the system's error when it cannot listen
 */
export async function startAdmin(gateway: Gateway, address: Address, tokens: AdminTokens, audit: AuditLog): Promise<Address> {
  const { adminJwt } = gateway.bundle.parts.gateway;
  const host = createHostServices({
    environment: process.env,
    runtimeValues: gateway.values,
    ask: (topic, value) => gateway.credentials.answer(topic, value),
    ...(adminJwt === undefined ? {} : { drivers: await loadDrivers(gateway.drivers) }),
    fault: (error, where) => say('error', 'fault', { where: `admin ${where}`, error: stackOf(error) }),
  });
  const { table, validators, scopes, gateway: spec } = gateway.admin;
  const who: Operators = { tokens, staff: adminJwt === undefined ? undefined : staffOf(host, adminJwt) };
  const principals = new WeakMap<object, AdminPrincipal>();
  const routes = spec.routes.map((route): RouteSpec => {
    const { operationId = '' } = route;
    const known = Object.hasOwn(scopes, operationId) ? scopes[operationId] : undefined;
    // What the document does not name is for tokens that may do everything.
    const wanted = known === undefined ? ['everything'] : known;
    const check = authenticate(who, wanted, (exchange, principal) => principals.set(exchange, principal));
    return {
      ...route,
      request: [{ stage: 'authenticate', factory: check, options: undefined }, ...route.request],
      action: { factory: answer(gateway, principals, audit), options: route.operationId },
    };
  });
  const server: GatewaySpec['server'] = { ...spec.server, trustedProxies: [] };
  const generation = createGeneration(host, { ...spec, server, upstreams: [], routes }, table, validators);
  host.current = generation;
  const transport = createLibraryTransport(host, transportSettings(host, server), (exchange, refused) => {
    const reply = refused ?? notForUs(exchange, host.headerSlots.slot('origin'), host.headerSlots.slot('sec-fetch-site'));
    if (reply === undefined) serve(host, generation, exchange);
    else refuse(host, exchange, reply);
  });
  const { port } = await transport.listen(address);
  return { ...address, port };
}

function notForUs(exchange: ServedExchange, originSlot: number, siteSlot: number): Reply | undefined {
  if (!/^(?:localhost|\[::1\]|127(?:\.\d{1,3}){3})(?::\d*)?$/i.test(exchange.authority)) {
    return refusal(421, 'misdirected', 'Misdirected Request', 'The admin listener answers to localhost only.');
  }
  const site = exchange.header(siteSlot);
  if (exchange.header(originSlot) !== undefined || (site !== undefined && site !== 'none' && site !== 'same-origin')) {
    return refusal(403, 'forbidden', 'Forbidden', 'The admin listener answers to no web page.');
  }
  return undefined;
}

/** The service behind the routes: the handler of the operation, its answer named for caches, its writes told (AD-5). */
function answer(gateway: Gateway, principals: WeakMap<object, AdminPrincipal>, audit: AuditLog): ActionFactory<never> {
  return (operationId: string, env) => {
    const handler = handlerOf(operationId);
    const ifMatch = env.headerSlot('if-match');
    const ifNoneMatch = env.headerSlot('if-none-match');
    return async (exchange): Promise<Reply> => {
      const body = exchange.bufferedBody;
      const call: AdminCall = {
        gateway,
        exchange,
        who: principals.get(exchange)?.name ?? '-',
        path: (index) => decoded(exchange.pathParameter(index)),
        query: new URLSearchParams(exchange.query),
        header: (name) => exchange.header(name === 'if-match' ? ifMatch : env.headerSlot(name)),
        body: body === undefined || body.length === 0 ? undefined : JSON.parse(Buffer.from(body).toString()),
      };
      if (exchange.method === 'GET' || exchange.method === 'HEAD') {
        return tagged(await handler(call), exchange.header(ifNoneMatch));
      }
      const before = stateOf(gateway);
      const isFixed = gateway.bundle.parts.gateway.adminReadOnly === true && OF_THE_BUNDLE.has(operationId);
      const reply = isFixed ? readOnly : await handler(call);
      audit.write(auditEntry(call, operationId, reply, before));
      return uncached(reply);
    };
  };
}

/** Writes that a new bundle could do as well. */
const OF_THE_BUNDLE: ReadonlySet<string> = new Set(['setSplit', 'resetSplit', 'reloadConfig']);

const readOnly = refusal(403, 'read-only', 'Forbidden', 'This is changed by a new bundle only (admin.readOnly).');

function handlerOf(operationId: string): AdminHandler {
  const handler = Object.hasOwn(handlers, operationId) ? handlers[operationId] : undefined;
  if (handler === undefined) throw new Error(`Nothing answers ${operationId}.`);
  return handler;
}

/** Who did what, to what, why, and what came of it (AD-5). Never a credential: of bodies only the reason is told. */
function auditEntry(call: AdminCall, operation: string, { status, headers }: Reply, before: string): object {
  const { gateway, who, exchange, body } = call;
  const { path, requestId, clientAddress } = exchange;
  const created = headers.find(([name]) => name === 'location')?.[1];
  const reason: unknown = typeof body === 'object' && body !== null && 'reason' in body ? body.reason : undefined;
  const after = stateOf(gateway);
  return {
    ...{ who, operation, path },
    ...(created === undefined ? {} : { created }),
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(before === after ? {} : { before, after }),
    ...{ status, requestId, clientAddress },
  };
}

/** Names what operators can change but keys, SHA-256: what they have set, and the bundle that runs. */
function stateOf({ operators, bundle }: Gateway): string {
  const set = [...operators.entries].sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([bundle.file.sha256, set]))
    .digest('hex');
}

function uncached(reply: Reply): Reply {
  return { ...reply, headers: [...reply.headers, ['cache-control', 'no-store']] };
}

function tagged(reply: Reply, known: string | undefined): Reply {
  if (reply.status !== 200 || reply.body === undefined) return uncached(reply);
  const etag = etagOf(reply.body.toString());
  if (known === etag) return uncached({ status: 304, headers: [['etag', etag]] });
  return uncached({ ...reply, headers: [...reply.headers, ['etag', etag]] });
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
