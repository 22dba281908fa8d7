import type { GatewaySpec } from '../../runtime/gateway-spec.ts';
import { createHostServices } from '../../runtime/host/create-services.ts';
import { Arrival } from '../../runtime/host/transport/direct/arrival.ts';
import { FieldNames } from '../../runtime/host/transport/direct/field-names.ts';
import { RequestHead } from '../../runtime/host/transport/direct/request-head.ts';
import type { DirectShared } from '../../runtime/host/transport/direct/shared.ts';
import { type Peer, transportSettings } from '../../runtime/host/transport/transport.ts';

/** Of a peer that is no proxy. */
export const PEER: Peer = { address: '127.0.0.1', trusted: false, scheme: 'http', certificate: undefined, credential: undefined };

export const LIMITS: GatewaySpec['server']['limits'] = {
  headBytes: 16_384,
  headerCount: 100,
  headerValueBytes: 8_192,
  targetBytes: 8_192,
  queryParameters: 256,
  bodyBytes: 1_048_576,
  connections: 10_000,
  connectionsPerAddress: 256,
};

/** What direct connections share, for connections that a test makes itself. */
export function directShared(overrides: Pick<DirectShared, 'serve'> & Partial<DirectShared>): DirectShared {
  const services = createHostServices();
  for (const name of ['cookie', 'authorization', 'x-a']) services.headerSlots.slot(name);
  const timeouts = { headersMs: 1e9, requestMs: 1e9, keepAliveMs: 1e9, preStopMs: 0, drainMs: 0 };
  return {
    services,
    settings: transportSettings(services, {
      port: 0,
      host: '',
      trustedProxies: [],
      limits: LIMITS,
      sanitizeErrors: true,
      timeouts,
    }),
    rules: { limits: LIMITS, names: new FieldNames(services.headerSlots) },
    head: new RequestHead(),
    arrival: new Arrival(),
    keepAlive: '',
    accepting: true,
    draining: false,
    inFlight: 0,
    handOver: () => undefined,
    gone: () => undefined,
    ...overrides,
  };
}
