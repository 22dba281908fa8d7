/** Changes of the gateway file that are in no route's values: what each means for which routes (D7). */
import type { GatewayConfig } from '../../config/gateway.ts';
import { canonical } from '../../merge/canonical.ts';
import type { ServerPlan, UpstreamPlan } from '../../plan/ir.ts';
import type { Compared } from '../../plan/key.ts';
import type { ChangeDraft } from '../change.ts';
import { destinationOf } from '../destination.ts';
import type { RouteTable } from '../effective.ts';
import { at, configChange, routesOf } from './config-change.ts';
import { combined, compareSets, type Weight } from './direction.ts';
import { guardrailChanges } from './guardrails.ts';
import { planChanges } from './plans.ts';

export function configChanges(base: RouteTable, head: RouteTable): readonly ChangeDraft[] {
  const [before, after] = [base.config, head.config];
  if (before === undefined || after === undefined) return [];
  return [
    ...hostChanges(before, after, head),
    ...guardrailChanges(base, head),
    ...planChanges(base, head),
    ...upstreamChanges(base, head),
    ...serverChanges(before.server, after.server, head),
    ...teamChanges(before, after, head),
    ...lintChanges(before, after),
  ];
}

/** No hosts = any host. */
function hostChanges(before: GatewayConfig, after: GatewayConfig, head: RouteTable): readonly ChangeDraft[] {
  const [from, to] = [new Set(before.hosts), new Set(after.hosts)];
  const direction: Compared =
    from.size === 0 || to.size === 0
      ? from.size === to.size
        ? 'equal'
        : to.size === 0
          ? 'weaker'
          : 'tighter'
      : compareSets(from, to, 'weaker');
  const text = ({ hosts }: GatewayConfig): string => (hosts.length === 0 ? 'any host' : hosts.join(', '));
  return configChange(
    'hosts',
    direction,
    { weaker: 'critical', tighter: 'high' },
    {
      subject: 'hosts',
      message: `hosts: ${text(before)} → ${text(after)}`,
      before: before.hosts,
      after: after.hosts,
      routes: routesOf(head),
    },
  );
}

function upstreamChanges(base: RouteTable, head: RouteTable): readonly ChangeDraft[] {
  const before = base.config?.upstreams ?? new Map<string, UpstreamPlan>();
  return [...(head.config?.upstreams ?? [])].flatMap(([name, after]) => {
    const known = before.get(name);
    if (known === undefined) return [];
    const [from, to] = [known, after].map(({ origin: _origin, ...rest }) => rest);
    if (canonical(from) === canonical(to)) return [];
    const routes = routesOf(head, ({ plan }) => destinationOf(plan).upstreams.has(name));
    const [was, is] = [known, after].map(({ targets }) =>
      targets
        .map(({ url }) => url)
        .sort()
        .join(', '),
    );
    const message = was === is ? `upstream ${name}: settings changed` : `upstream ${name}: ${was} → ${is}`;
    return configChange(
      'upstream',
      compareUpstreams(known, after),
      { weaker: 'high', tighter: 'medium' },
      {
        subject: `upstream ${name}`,
        message,
        before: from,
        after: to,
        base: known.origin.at === undefined ? undefined : { known: known.origin.at },
        head: after.origin.at === undefined ? undefined : { known: after.origin.at },
        routes,
      },
    );
  });
}

/** Plain HTTP to the same hosts is weaker; another address may be anything. */
function compareUpstreams(before: UpstreamPlan, after: UpstreamPlan): Compared {
  const addresses = ({ targets }: UpstreamPlan): string =>
    targets
      .map(({ url }) => url.replace(/^https?:/, ''))
      .sort()
      .join(' ');
  const plain = ({ targets }: UpstreamPlan): boolean => targets.some(({ url }) => url.startsWith('http:'));
  if (addresses(before) !== addresses(after) || plain(before) === plain(after)) return 'unknown';
  return plain(after) ? 'weaker' : 'tighter';
}

const serverWeight = { weaker: 'medium', tighter: 'low' } as const;

function serverChanges(before: ServerPlan, after: ServerPlan, head: RouteTable): readonly ChangeDraft[] {
  const routes = routesOf(head);
  const change = (name: string, direction: Compared, weight: Weight, from: unknown, to: unknown): readonly ChangeDraft[] =>
    configChange(`server-${name}`, direction, weight, {
      subject: `server ${name}`,
      message: `server.${name}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`,
      before: from,
      after: to,
      routes,
    });
  const limits = new Set([...Object.keys(before.limits), ...Object.keys(after.limits)]);
  const [wasLimit, isLimit] = [
    new Map<string, unknown>(Object.entries(before.limits)),
    new Map<string, unknown>(Object.entries(after.limits)),
  ];
  const proxies = compareSets(new Set(before.trustedProxies), new Set(after.trustedProxies), 'weaker');
  const heavy = { weaker: 'high', tighter: 'medium' } as const;
  return [
    ...change('trustedProxies', proxies, heavy, before.trustedProxies, after.trustedProxies),
    ...change(
      'securityHeaders',
      compareFlags(before.securityHeaders, after.securityHeaders),
      heavy,
      before.securityHeaders,
      after.securityHeaders,
    ),
    ...[...limits].sort().flatMap((name) => {
      const [from, to] = [wasLimit.get(name), isLimit.get(name)];
      // How the default body limit is in force is in every route's values.
      if (name === 'bodyBytes' || canonical(from ?? null) === canonical(to ?? null)) return [];
      const [was, is] = [
        typeof from === 'number' ? from : Number.POSITIVE_INFINITY,
        typeof to === 'number' ? to : Number.POSITIVE_INFINITY,
      ];
      return change(`limits.${name}`, is > was ? 'weaker' : 'tighter', serverWeight, from ?? null, to ?? null);
    }),
    ...otherServerChanges(before, after).flatMap(([name, from, to]) =>
      change(name, 'unknown', serverWeight, from ?? null, to ?? null),
    ),
  ];
}

function compareFlags(before: boolean, after: boolean): Compared {
  return before === after ? 'equal' : after ? 'tighter' : 'weaker';
}

function otherServerChanges(before: ServerPlan, after: ServerPlan): readonly (readonly [string, unknown, unknown])[] {
  const told = ['limits', 'trustedProxies', 'securityHeaders'];
  const [from, to] = [new Map<string, unknown>(Object.entries(before)), new Map<string, unknown>(Object.entries(after))];
  return [...new Set([...from.keys(), ...to.keys()])]
    .filter((name) => !told.includes(name) && canonical(from.get(name) ?? null) !== canonical(to.get(name) ?? null))
    .sort()
    .map((name) => [name, from.get(name), to.get(name)]);
}

/** What a team may do, where, and who looks at it. */
function teamChanges(before: GatewayConfig, after: GatewayConfig, head: RouteTable): readonly ChangeDraft[] {
  const none = { may: [], paths: [], reviewers: [], node: undefined };
  return [...new Set([...before.teams.keys(), ...after.teams.keys()])].sort().flatMap((name) => {
    const [from, to] = [before.teams.get(name) ?? none, after.teams.get(name) ?? none];
    const places = { base: at(from.node), head: at(to.node), routes: routesOf(head, ({ owner }) => owner === name) };
    const sets = (key: 'may' | 'paths' | 'reviewers'): readonly [ReadonlySet<string>, ReadonlySet<string>] => [
      new Set<string>(from[key]),
      new Set<string>(to[key]),
    ];
    const change = (key: 'may' | 'paths' | 'reviewers', direction: Compared, weight: Weight) =>
      configChange(`team-${key}`, direction, weight, {
        subject: `team ${name} ${key}`,
        message: `team ${name}: ${key}: ${from[key].join(', ') || 'none'} → ${to[key].join(', ') || 'none'}`,
        before: from[key],
        after: to[key],
        ...places,
      });
    const [reviewed, reviews] = sets('reviewers');
    // A team without paths may claim any.
    const wasAnywhere = before.teams.has(name) && from.paths.length === 0;
    const isAnywhere = after.teams.has(name) && to.paths.length === 0;
    const paths: Compared =
      wasAnywhere === isAnywhere ? compareSets(...sets('paths'), 'weaker') : isAnywhere ? 'weaker' : 'tighter';
    return [
      ...change('may', compareSets(...sets('may'), 'weaker'), { weaker: 'high', tighter: 'medium' }),
      ...(before.teams.has(name) && after.teams.has(name) ? change('paths', paths, serverWeight) : []),
      ...(before.teams.has(name)
        ? change('reviewers', compareSets(reviewed, reviews, 'tighter') === 'equal' ? 'equal' : 'unknown', serverWeight)
        : []),
    ];
  });
}

/** A3: a pull request that loosens its own gate shows it. */
function lintChanges(before: GatewayConfig, after: GatewayConfig): readonly ChangeDraft[] {
  const texts = ({ lint }: GatewayConfig): ReadonlySet<string> =>
    new Set(
      lint.suppress.map(
        ({ rule, where, reason, until }) => `${rule} in ${where}${until === undefined ? '' : ` until ${until}`}: ${reason}`,
      ),
    );
  const [from, to] = [texts(before), texts(after)];
  const suppressed = [...to]
    .filter((one) => !from.has(one))
    .flatMap((text) =>
      configChange(
        'suppression',
        'weaker',
        { weaker: 'medium', tighter: 'low' },
        { subject: `suppress ${text}`, message: `lint.suppress: ${text}`, after: text, routes: [] },
      ),
    );
  const settings = ({ lint: { rules, preset } }: GatewayConfig): unknown => ({ rules, preset: preset ?? null });
  const [was, is] = [settings(before), settings(after)];
  const rules = combined([canonical(was) === canonical(is) ? 'equal' : 'unknown']);
  return [
    ...suppressed,
    ...configChange('lint', rules, serverWeight, {
      subject: 'lint',
      message: 'lint: preset or rules changed',
      before: was,
      after: is,
      routes: [],
    }),
  ];
}
