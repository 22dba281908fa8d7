import type { GatewayConfig } from '../../config/gateway.ts';
import { canonical } from '../../merge/canonical.ts';
import type { ServerPlan } from '../../plan/ir.ts';
import type { Compared } from '../../plan/key.ts';
import type { ChangeDraft } from '../change.ts';
import type { RouteTable } from '../effective.ts';
import { configChange, routesOf, written } from './config-change.ts';
import { compareNumbers, compareRanges, type Weight } from './direction.ts';

/** One setting of the listener on its two sides. */
interface Setting {
  readonly name: string;
  readonly direction: Compared;
  readonly weight: Weight;
  readonly from: unknown;
  readonly to: unknown;
}

const heavy = { weaker: 'high', tighter: 'medium' } as const;
const light = { weaker: 'medium', tighter: 'low' } as const;

/** `server` of the gateway file: each setting with all routes, since all are behind the one listener. */
export function serverChanges(before: GatewayConfig, after: GatewayConfig, head: RouteTable): readonly ChangeDraft[] {
  const [was, is] = [before.server, after.server];
  const routes = routesOf(head);
  const settings: readonly Setting[] = [
    {
      name: 'trustedProxies',
      direction: compareRanges(new Set(was.trustedProxies), new Set(is.trustedProxies), 'weaker'),
      weight: heavy,
      from: was.trustedProxies,
      to: is.trustedProxies,
    },
    tls(was, is),
    flag('securityHeaders', was.securityHeaders, is.securityHeaders, 'tighter', heavy),
    flag('sanitizeErrors', was.sanitizeErrors, is.sanitizeErrors, 'tighter', light),
    // What a service decodes once more is another path than the one that was judged (RT-2).
    flag('paths.encodedSlash', was.paths.keepEncodedSlash, is.paths.keepEncodedSlash, 'weaker', heavy),
    ...limits(was.limits, is.limits),
    ...timeouts(was.timeouts, is.timeouts),
    ...others(was, is),
  ];
  return settings.flatMap(({ name, direction, weight, from, to }) =>
    configChange(`server-${name}`, direction, weight, {
      subject: `server ${name}`,
      message: `server.${name}: ${text(from)} → ${text(to)}`,
      before: from,
      after: to,
      base: written(before, 'server', ...name.split('.')),
      head: written(after, 'server', ...name.split('.')),
      routes,
    }),
  );
}

function text(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Without TLS everything travels in the clear; other certificates may be anybody's. */
function tls({ tls: was }: ServerPlan, { tls: is }: ServerPlan): Setting {
  const isSame = canonical(was ?? null) === canonical(is ?? null);
  const changed = isSame ? 'equal' : 'unknown';
  const direction =
    was === undefined || is === undefined ? (isSame ? 'equal' : is === undefined ? 'weaker' : 'tighter') : changed;
  return { name: 'tls', direction, weight: direction === 'unknown' ? light : heavy, from: was, to: is };
}

function flag(name: string, was: boolean, is: boolean, on: 'weaker' | 'tighter', weight: Weight): Setting {
  const off = on === 'weaker' ? 'tighter' : 'weaker';
  return { name, direction: was === is ? 'equal' : is ? on : off, weight, from: was, to: is };
}

/** How the default body limit is in force is in every route's values. */
function limits({ bodyBytes: _was, ...before }: ServerPlan['limits'], { bodyBytes: _is, ...after }: ServerPlan['limits']) {
  return numbers('limits', before, after, () => true);
}

/** How long a connection may be held; how long the gateway takes to stop protects nobody. */
function timeouts(before: ServerPlan['timeouts'], after: ServerPlan['timeouts']): readonly Setting[] {
  return numbers('timeouts', before, after, (name) => !['preStopMs', 'drainMs'].includes(name));
}

function numbers(group: string, before: object, after: object, isBound: (name: string) => boolean): readonly Setting[] {
  const [from, to] = [new Map<string, unknown>(Object.entries(before)), new Map<string, unknown>(Object.entries(after))];
  const numberOf = (value: unknown): number => (typeof value === 'number' ? value : Number.POSITIVE_INFINITY);
  return [...new Set([...from.keys(), ...to.keys()])]
    .filter(isBound)
    .sort()
    .map((name) => ({
      name: `${group}.${name}`,
      direction: compareNumbers(numberOf(from.get(name)), numberOf(to.get(name))),
      weight: light,
      from: from.get(name),
      to: to.get(name),
    }));
}

/** What is not ordered: it may mean anything. */
function others(before: ServerPlan, after: ServerPlan): readonly Setting[] {
  const plain = ({ paths, ...rest }: ServerPlan): ReadonlyMap<string, unknown> => {
    const { keepEncodedSlash: _told, ...slashes } = paths;
    return new Map<string, unknown>([...Object.entries(rest), ['paths', slashes]]);
  };
  const told = ['limits', 'timeouts', 'trustedProxies', 'tls', 'securityHeaders', 'sanitizeErrors'];
  const [from, to] = [plain(before), plain(after)];
  return [...new Set([...from.keys(), ...to.keys()])]
    .filter((name) => !told.includes(name) && canonical(from.get(name) ?? null) !== canonical(to.get(name) ?? null))
    .sort()
    .map((name) => ({ name, direction: 'unknown', weight: light, from: from.get(name), to: to.get(name) }));
}
