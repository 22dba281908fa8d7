import type { UpstreamClient, UpstreamSpec } from '../generation.ts';
import { Forwarding } from './forwarding.ts';
import type { HostServices } from './services.ts';
import { openTargetPool, type TargetPool } from './target-pool.ts';
import { targetAddresses, type WeightedTarget } from './targets.ts';
import { openDirectUpstream } from './upstream/direct.ts';

/** One address of an upstream, with undici's connections to it. */
export interface Target extends WeightedTarget {
  readonly pool: TargetPool;
}

/**
 * Opens an upstream, with the client that the host uses.
 *
 * @throws Error when a URL is not absolute http(s), or the environment lacks a variable
 */
export function openUpstream(host: HostServices, spec: UpstreamSpec): { readonly client: UpstreamClient; release(): void } {
  return host.upstreamClient === 'direct' ? openDirectUpstream(host, spec) : openUndiciUpstream(host, spec);
}

/** The same over undici: what the direct client is compared with. Pools are known by the target's origin here, too. */
function openUndiciUpstream(host: HostServices, spec: UpstreamSpec): { readonly client: UpstreamClient; release(): void } {
  const targets = targetAddresses(host, spec).map(({ address, weight }): Target => {
    const origin = `${address.scheme}://${address.authority}`;
    return { address, weight, pool: host.pools.acquire(`target:${origin}`, () => openTargetPool(origin)), credit: 0 };
  });
  return {
    client: {
      name: spec.name,
      forward: (exchange, path, request) =>
        new Promise((resolve) => {
          exchange.upstream = spec.name;
          new Forwarding(host, exchange, path, request, targets, resolve).start();
        }),
    },
    release() {
      for (const { pool } of targets) host.pools.release(`target:${pool.origin}`);
    },
  };
}
