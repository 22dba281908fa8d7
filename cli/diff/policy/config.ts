/** Changes of the gateway file that are in no route's values: what each means for which routes (D7). */
import type { GatewayConfig } from '../../config/gateway.ts';
import { canonical } from '../../merge/canonical.ts';
import type { UpstreamPlan } from '../../plan/ir.ts';
import type { Compared } from '../../plan/key.ts';
import type { ChangeDraft } from '../change.ts';
import { destinationOf } from '../destination.ts';
import type { RouteTable } from '../effective.ts';
import { accessChanges } from './access.ts';
import { callerChanges } from './callers.ts';
import { at, configChange, routesOf, written } from './config-change.ts';
import { combined, compareSets, type Weight } from './direction.ts';
import { guardrailChanges } from './guardrails.ts';
import { planChanges } from './plans.ts';
import { serverChanges } from './server.ts';

export function configChanges(base: RouteTable, head: RouteTable): readonly ChangeDraft[] {
  const [before, after] = [base.config, head.config];
  if (before === undefined || after === undefined) return [];
  return [
    ...hostChanges(before, after, head),
    ...guardrailChanges(base, head),
    ...planChanges(base, head),
    ...upstreamChanges(base, head),
    ...callerChanges(before, after, head),
    ...serverChanges(before, after, head),
    ...accessChanges(before, after, head),
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
      base: written(before, 'hosts'),
      head: written(after, 'hosts'),
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

const settingWeight = { weaker: 'medium', tighter: 'low' } as const;

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
      ...(before.teams.has(name) && after.teams.has(name) ? change('paths', paths, settingWeight) : []),
      ...(before.teams.has(name)
        ? change('reviewers', compareSets(reviewed, reviews, 'tighter') === 'equal' ? 'equal' : 'unknown', settingWeight)
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
    ...configChange('lint', rules, settingWeight, {
      subject: 'lint',
      message: 'lint: preset or rules changed',
      before: was,
      after: is,
      base: written(before, 'lint'),
      head: written(after, 'lint'),
      routes: [],
    }),
  ];
}
