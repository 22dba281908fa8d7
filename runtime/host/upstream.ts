import type { UpstreamAddress, UpstreamClient, UpstreamSpec } from '../generation.ts';
import { Forwarding } from './forwarding.ts';
import type { HostServices } from './services.ts';
import { parseTarget } from './target-address.ts';
import { openTargetPool, type TargetPool } from './target-pool.ts';

/** One address of an upstream, with its share of the traffic. */
export interface Target {
  readonly address: UpstreamAddress;
  readonly weight: number;
  readonly pool: TargetPool;
  /** Smooth weighted round robin: raised by the weight at every pick, lowered by the sum when picked. */
  credit: number;
}

/**
 * Opens an upstream over pools of the host's registry. The pools are known by the target's origin, so they live on over a reload in
 * which anything else changes.
 *
 * @throws Error when a URL is not absolute http(s), or the environment lacks a variable
 */
export function openUpstream(host: HostServices, spec: UpstreamSpec): { readonly client: UpstreamClient; release(): void } {
  const addresses = spec.targets.map(({ url, weight }) => ({ address: addressOf(host.resolve(url), spec.name), weight }));
  const targets = addresses.map(({ address, weight }): Target => {
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

/** Takes the next target in smooth weighted round robin; another one than `not` where there is one. */
export function pickTarget(targets: readonly Target[], not?: Target): Target | undefined {
  let best: Target | undefined;
  let sum = 0;
  for (const target of targets) {
    if (target.weight <= 0 || (target === not && targets.length > 1)) continue;
    sum += target.weight;
    target.credit += target.weight;
    if (best === undefined || target.credit > best.credit) best = target;
  }
  if (best === undefined) return not;
  best.credit -= sum;
  return best;
}

function addressOf(text: string, name: string): UpstreamAddress {
  const address = parseTarget(text);
  if (address === undefined) throw new Error(`The URL of upstream ${name} is not http(s)://host[:port][/path].`);
  return address;
}
