/** What the gateway file says of callers that no route's values hold: which roles include which, and what services are told. */
import type { GatewayConfig } from '../../config/gateway.ts';
import { canonical } from '../../merge/canonical.ts';
import { json } from '../../plan/json.ts';
import type { Compared } from '../../plan/key.ts';
import type { ChangeDraft } from '../change.ts';
import type { RouteTable } from '../effective.ts';
import { configChange, routesOf, written } from './config-change.ts';
import { compareSets, textsOf } from './direction.ts';

export function callerChanges(before: GatewayConfig, after: GatewayConfig, head: RouteTable): readonly ChangeDraft[] {
  return [...roleChanges(before, after, head), ...identityChanges(before, after, head), ...signedChanges(before, after, head)];
}

/** AZ-3: whoever has a role has all that it includes. */
function roleChanges(before: GatewayConfig, after: GatewayConfig, head: RouteTable): readonly ChangeDraft[] {
  const names = new Set([...before.roles.keys(), ...after.roles.keys()]);
  return [...names].sort().flatMap((name) => {
    const [from, to] = [before.roles.get(name) ?? [], after.roles.get(name) ?? []];
    if (canonical([...from].sort()) === canonical([...to].sort())) return [];
    const [had, has] = [includedIn(name, before.roles), includedIn(name, after.roles)];
    const moved = [...had, ...has].filter((role) => !had.has(role) || !has.has(role));
    const text = (roles: readonly string[]): string => (roles.length === 0 ? 'nothing' : [...roles].sort().join(', '));
    return configChange(
      'role',
      compareSets(had, has, 'weaker'),
      { weaker: 'critical', tighter: 'medium' },
      {
        subject: `role ${name}`,
        message: `role ${name} includes: ${text(from)} → ${text(to)}`,
        before: from,
        after: to,
        base: written(before, 'roles', name),
        head: written(after, 'roles', name),
        routes: routesOf(head, ({ plan }) =>
          plan.values.some(
            ({ key, authored, skipped }) =>
              skipped === undefined &&
              ((key === 'authorize.roles' && moved.some((role) => textsOf(authored).has(role))) || key === 'authorize.when'),
          ),
        ),
      },
    );
  });
}

/** All roles that come with one. */
function includedIn(role: string, roles: GatewayConfig['roles']): ReadonlySet<string> {
  const included = new Set<string>();
  const open = [role];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const one of roles.get(next) ?? []) {
      if (included.has(one)) continue;
      included.add(one);
      open.push(one);
    }
  }
  return included;
}

/** ID-4: services that verify what they are told refuse everybody when it is no longer signed, or for another name. */
function signedChanges(before: GatewayConfig, after: GatewayConfig, head: RouteTable): readonly ChangeDraft[] {
  const [was, is] = [before.identitySigned, after.identitySigned];
  const text = (signed: typeof was): string =>
    signed === undefined
      ? 'not signed'
      : `signed in ${signed.header} by ${signed.issuer} for ${signed.lifetimeS} s, key ${signed.key}`;
  const direction: Compared =
    text(was) === text(is) ? 'equal' : was === undefined ? 'tighter' : is === undefined ? 'weaker' : 'unknown';
  return configChange(
    'identity-header',
    direction,
    { weaker: 'high', tighter: 'medium' },
    {
      subject: 'identity signed',
      message: `identity of callers: ${text(was)} → ${text(is)}`,
      before: was === undefined ? undefined : json(was),
      after: is === undefined ? undefined : json(is),
      base: written(before, 'identity', 'signed'),
      head: written(after, 'identity', 'signed'),
      routes: routesOf(head),
    },
  );
}

/** ID-4: a field that the gateway no longer writes is one that callers may write themselves. */
function identityChanges(before: GatewayConfig, after: GatewayConfig, head: RouteTable): readonly ChangeDraft[] {
  const [from, to] = [before, after].map(
    ({ identityHeaders }) => new Map(Object.entries(identityHeaders).map(([name, source]) => [name.toLowerCase(), source])),
  );
  if (from === undefined || to === undefined) return [];
  const text = (source: unknown): string => (typeof source === 'string' ? source : JSON.stringify(source));
  return [...new Set([...from.keys(), ...to.keys()])].sort().flatMap((name) => {
    const [was, is] = [from.get(name), to.get(name)];
    const direction: Compared =
      was === undefined ? 'tighter' : is === undefined ? 'weaker' : canonical(was) === canonical(is) ? 'equal' : 'unknown';
    const said =
      was === undefined
        ? `is written now (${text(is)})`
        : is === undefined
          ? `(${text(was)}) is no longer written, so callers can send their own`
          : `${text(was)} → ${text(is)}`;
    return configChange(
      'identity-header',
      direction,
      { weaker: 'high', tighter: 'medium' },
      {
        subject: `identity header ${name}`,
        message: `identity header ${name}: ${said}`,
        before: was,
        after: is,
        base: written(before, 'identity', 'headers'),
        head: written(after, 'identity', 'headers'),
        routes: routesOf(head),
      },
    );
  });
}
