import type { UpstreamSpec } from '../gateway-spec.ts';
import type { UpstreamAddress } from '../upstream-client.ts';
import { parseTarget } from './target-address.ts';

/** One address of an upstream, with its share of the traffic. */
export interface WeightedTarget {
  readonly address: UpstreamAddress;
  readonly weight: number;
  /** Smooth weighted round robin: raised by the weight at every pick, lowered by the sum when picked. */
  credit: number;
}

/** Takes the next target in smooth weighted round robin; another one than `not` where there is one. */
export function pickTarget<T extends WeightedTarget>(targets: readonly T[], not?: T): T | undefined {
  let best: T | undefined;
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

/**
 * The addresses of an upstream, with the environment resolved.
 *
 * @throws Error when a URL is not absolute http(s), or the environment lacks a variable
 */
export function targetAddresses(
  { resolve }: { resolve(text: string): string },
  { name, targets }: UpstreamSpec,
): { readonly address: UpstreamAddress; readonly weight: number }[] {
  return targets.map(({ url, weight }) => ({ address: addressOf(resolve(url), name), weight }));
}

function addressOf(text: string, name: string): UpstreamAddress {
  const address = parseTarget(text);
  if (address === undefined) throw new Error(`The URL of upstream ${name} is not http(s)://host[:port][/path].`);
  return address;
}
