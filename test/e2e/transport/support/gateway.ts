import { type ProxyOptions, proxy } from '../../../../runtime/actions/proxy.ts';
import type { ExchangeRecord } from '../../../../runtime/exchange.ts';
import type {
  GatewaySpec,
  RequestPolicySpec,
  ResponsePolicySpec,
  RouteSpec,
  UpstreamSpec,
} from '../../../../runtime/gateway-spec.ts';
import { createGeneration } from '../../../../runtime/generation.ts';
import { createHostServices } from '../../../../runtime/host/create-services.ts';
import type { HostServices } from '../../../../runtime/host/services.ts';
import { parseTarget } from '../../../../runtime/host/target-address.ts';
import { openTransport, type TransportKind, transportKind } from '../../../../runtime/host/transport/open-transport.ts';
import type { Certificate } from '../../../../runtime/host/transport/tls-options.ts';
import { type Transport, type TransportTimeouts, transportSettings } from '../../../../runtime/host/transport/transport.ts';
import { ConnectionPool, type PoolLimits } from '../../../../runtime/host/upstream/pool.ts';
import { otherClient } from '../../../../runtime/host/upstream.ts';
import { refuse, serve } from '../../../../runtime/pipeline.ts';
import type { SelfSigned } from '../../../support/certificate.ts';
import { tableOf } from './route-table.ts';

/** What a test says about its gateway; the rest is the default of the gateway file. */
export interface GatewayOptions {
  /** URL of the upstream `main`, or several with weights. */
  readonly upstream: string | readonly { readonly url: string; readonly weight: number }[];
  readonly pipelining?: Pick<UpstreamSpec, 'pipelining' | 'pipelineCredentials'>;
  /** What the pools of the direct client may have; the upstream is one URL then. */
  readonly pool?: PoolLimits;
  readonly proxy?: Partial<ProxyOptions>;
  readonly request?: readonly RequestPolicySpec[];
  readonly response?: readonly ResponsePolicySpec[];
  readonly routes?: readonly Partial<RouteSpec>[];
  readonly trustedProxies?: readonly string[];
  readonly limits?: Partial<GatewaySpec['server']['limits']>;
  readonly sanitizeErrors?: boolean;
  readonly timeouts?: Partial<TransportTimeouts>;
  readonly certificate?: SelfSigned & Pick<Certificate, 'others' | 'closeUnknown'>;
  /** The default is that of the environment. */
  readonly transport?: TransportKind;
  /** Connections begin with a PROXY header. */
  readonly proxyProtocol?: boolean;
}

export interface TestGateway {
  readonly port: number;
  readonly url: string;
  readonly transport: Transport;
  readonly host: HostServices;
  /** Deadlines that wait and are not the transport's own: it has one for each connection, or one for all. */
  readonly deadlines: number;
  /** Ended exchanges, as the access log sees them. */
  readonly log: LoggedExchange[];
  readonly faults: unknown[];
  stop(): Promise<void>;
}

export type LoggedExchange = Pick<
  ExchangeRecord,
  'method' | 'path' | 'status' | 'error' | 'bytesIn' | 'bytesOut' | 'attempts' | 'clientAddress' | 'requestId' | 'traceId'
>;

const LIMITS = {
  headBytes: 16_384,
  headerCount: 100,
  headerValueBytes: 8_192,
  targetBytes: 8_192,
  queryParameters: 256,
  bodyBytes: 1_048_576,
  connections: 10_000,
  connectionsPerAddress: 256,
};
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'QUERY'];

/** Starts a gateway in this process from a hand-written spec: every method of `/{path+}` goes to the upstream unless routes are given. */
export async function startGateway(options: GatewayOptions): Promise<TestGateway> {
  const targets = typeof options.upstream === 'string' ? [{ url: options.upstream, weight: 1 }] : options.upstream;
  const spec: GatewaySpec = {
    name: 'test',
    hash: '0',
    server: {
      port: 0,
      host: '127.0.0.1',
      trustedProxies: options.trustedProxies ?? [],
      ...(options.proxyProtocol === true ? { proxyProtocol: true } : {}),
      limits: { ...LIMITS, ...options.limits },
      sanitizeErrors: options.sanitizeErrors ?? true,
      timeouts: { headersMs: 10_000, requestMs: 30_000, keepAliveMs: 75_000, preStopMs: 0, drainMs: 0 },
    },
    upstreams: [{ name: 'main', targets, ...options.pipelining }],
    routes: (options.routes ?? METHODS.map((method) => ({ method }))).map((route) => completeRoute(route, options)),
    accessLog: 'json',
    admin: '127.0.0.1:0',
  };
  const log: LoggedExchange[] = [];
  const faults: unknown[] = [];
  const host = createHostServices({
    otherClient: await otherClient(process.env),
    log: ({ method, path, status, error, bytesIn, bytesOut, attempts, clientAddress, requestId, traceId }) =>
      log.push({ method, path, status, error, bytesIn, bytesOut, attempts, clientAddress, requestId, traceId }),
    fault: (error) => faults.push(error),
  });
  const [first] = targets;
  const address = first === undefined ? undefined : parseTarget(first.url);
  if (options.pool !== undefined && address !== undefined) {
    const pool = new ConnectionPool(host, address, options.pool);
    host.connections.acquire(`target:${pool.origin}`, () => pool);
  }
  const generation = createGeneration(host, spec, tableOf(spec.routes), {});
  host.current = generation;
  const { certificate } = options;
  const settings = {
    ...transportSettings(host, spec.server, { lingerMs: 200, ...options.timeouts }),
    certificate: certificate === undefined ? undefined : { ...certificate, ticketKeys: Buffer.alloc(48) },
  };
  const kind = options.transport ?? transportKind(process.env.GW_TRANSPORT) ?? 'direct';
  const transport = openTransport(kind, host, settings, (exchange, refusal) => {
    if (refusal === undefined) serve(host, generation, exchange);
    else refuse(host, exchange, refusal);
  });
  const { port } = await transport.listen({ port: 0, host: '127.0.0.1' });
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    transport,
    host,
    get deadlines() {
      return host.wheel.size - (kind === 'direct' ? transport.connections : 1);
    },
    log,
    faults,
    async stop() {
      transport.destroy();
      await transport.closed();
      generation.release();
    },
  };
}

function completeRoute(route: Partial<RouteSpec>, options: GatewayOptions): RouteSpec {
  const timeouts = { totalMs: 15_000, connectMs: 1_000, firstByteMs: 10_000, idleMs: 60_000, ...options.proxy?.timeouts };
  const method = route.method ?? 'GET';
  return {
    id: `${method} all`,
    method,
    template: '/{path+}',
    parameterNames: ['path'],
    request: options.request ?? [],
    response: options.response ?? [],
    action: { factory: proxy, options: { upstream: 'main', ...options.proxy, timeouts } },
    ...route,
  };
}
