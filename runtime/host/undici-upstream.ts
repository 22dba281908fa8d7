import type { UpstreamSpec } from '../gateway-spec.ts';
import type { UpstreamClient } from '../upstream-client.ts';
import { Forwarding } from './forwarding.ts';
import type { HostServices } from './services.ts';
import { openTargetPool, type Target } from './target-pool.ts';
import { targetAddresses } from './targets.ts';

/** Opens an upstream over undici: what the direct client is compared with. Pools are known by the target's origin here, too. */
export function openUndiciUpstream(host: HostServices, spec: UpstreamSpec): { readonly client: UpstreamClient; release(): void } {
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
