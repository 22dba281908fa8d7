import type { UpstreamSpec } from '../../gateway-spec.ts';
import type { UpstreamAddress, UpstreamClient } from '../../upstream-client.ts';
import type { HostServices } from '../services.ts';
import { pickTarget, targetAddresses } from '../targets.ts';
import { DirectForwarding, type DirectTarget, type DirectUpstream } from './direct-forwarding.ts';
import { ConnectionPool } from './pool.ts';

/**
 * Opens an upstream over connection pools of the host's registry. They are known by the target's origin, so they live on over a reload
 * in which anything else changes (LB-2). HTTP/1.1 is written and read here, on plain or TLS sockets.
 *
 * @throws Error when a URL is not absolute http(s), or the environment lacks a variable
 */
export function openDirectUpstream(host: HostServices, spec: UpstreamSpec): { readonly client: UpstreamClient; release(): void } {
  const targets = targetAddresses(host, spec).map(({ address, weight }): DirectTarget => {
    const id = poolId(address);
    return { address, weight, pool: host.connections.acquire(id, () => new ConnectionPool(host, address)), credit: 0 };
  });
  const upstream: DirectUpstream = {
    pick: (not) => pickTarget(targets, not),
    depthFor: depths(host, spec),
  };
  return {
    client: {
      name: spec.name,
      forward(exchange, path, request) {
        exchange.upstream = spec.name;
        new DirectForwarding(host, exchange, path, request, upstream).start();
        return undefined;
      },
    },
    release() {
      for (const { address } of targets) host.connections.release(poolId(address));
    },
  };
}

function poolId({ scheme, authority }: UpstreamAddress): string {
  return `target:${scheme}://${authority}`;
}

/**
 * Requests share a connection only where nothing is lost when it fails, GET and HEAD without a body, and only where no answer to one
 * client's credentials could be taken for another's: that takes a service that is trusted to answer in order.
 */
function depths(host: HostServices, { pipelining = 1, pipelineCredentials = false }: UpstreamSpec): DirectUpstream['depthFor'] {
  if (pipelining < 2) return () => 1;
  const authorization = host.headerSlots.slot('authorization');
  const cookie = host.headerSlots.slot('cookie');
  return (exchange) => {
    if (exchange.method !== 'GET' && exchange.method !== 'HEAD') return 1;
    if (exchange.declaredLength !== 0 || (exchange.bufferedBody?.byteLength ?? 0) > 0) return 1;
    if (pipelineCredentials) return pipelining;
    return exchange.header(authorization) === undefined && exchange.header(cookie) === undefined ? pipelining : 1;
  };
}
