import type { ManifestRoute } from '../bundle/manifest.ts';
import type { Json } from '../plan/ir.ts';
import { json } from '../plan/json.ts';

/** Where the requests of a route go. */
export interface Destination {
  /** Shares in percent by upstream; none where the gateway answers itself. */
  readonly upstreams: ReadonlyMap<string, number>;
  /** Upstreams, the path and the host that they see, or the address that callers are sent to. Holds no parameter name. */
  readonly to: Json;
  /** The same in a few words. */
  readonly text: string;
}

export function destinationOf({ action }: Pick<ManifestRoute, 'action'>): Destination {
  if (action.kind === 'redirect') {
    const to = template(action.location);
    return { upstreams: new Map(), to: { redirect: to, status: action.status }, text: `redirect ${action.status} ${to}` };
  }
  if (action.kind !== 'proxy' && action.kind !== 'split') return { upstreams: new Map(), to: json(action), text: 'the gateway' };
  const upstreams = sharesOf(action.kind === 'proxy' ? [{ upstream: action.upstream, weight: 1 }] : action.targets);
  const names = [...upstreams].map(([name, share]) => (upstreams.size === 1 ? name : `${name} ${share}%`)).join(' + ');
  const { rewrite, host } = action;
  const path =
    rewrite === undefined ? undefined : rewrite.kind === 'stripPrefix' ? `without ${rewrite.prefix}` : template(rewrite.parts);
  const more = { ...(path === undefined ? {} : { path }), ...(host === undefined ? {} : { host }) };
  const text = [names, path, host].filter((part) => part !== undefined).join(' ');
  return { upstreams, to: { upstream: names, ...more }, text };
}

/** How far weights move between two destinations, in points of a hundred. */
export function shift(before: Destination, after: Destination): number {
  const names = new Set([...before.upstreams.keys(), ...after.upstreams.keys()]);
  return Math.max(0, ...[...names].map((name) => Math.abs((before.upstreams.get(name) ?? 0) - (after.upstreams.get(name) ?? 0))));
}

function sharesOf(targets: readonly { readonly upstream: string; readonly weight: number }[]): ReadonlyMap<string, number> {
  const total = targets.reduce((sum, { weight }) => sum + weight, 0);
  const shares = new Map<string, number>();
  for (const { upstream, weight } of targets) {
    const share = total === 0 ? 0 : Math.round((weight / total) * 1_000) / 10;
    shares.set(upstream, (shares.get(upstream) ?? 0) + share);
  }
  return new Map([...shares].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function template(parts: readonly (string | number)[]): string {
  return parts.map((part) => (typeof part === 'number' ? '{}' : part)).join('');
}
