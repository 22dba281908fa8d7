/** Who may call: security requirements as sets of alternatives, each a set of demands. What admits more is weaker, what admits less tighter. */

import { type Node, placeOf } from '../../load/document.ts';
import { member } from '../../load/pointer.ts';
import { canonical } from '../../merge/canonical.ts';
import type { Json } from '../../plan/ir.ts';
import { json } from '../../plan/json.ts';
import type { Compared } from '../../plan/key.ts';
import { isFields } from '../../resolve/walk.ts';
import type { ChangeDraft, Where } from '../change.ts';
import type { RouteTable, TableRoute } from '../effective.ts';
import { about, type Pair } from '../matched.ts';
import { combined, compareSets, judged, suffixOf } from './direction.ts';

/** One credential that a caller must show. */
interface Demand {
  /** What it is, whatever a document calls it. */
  readonly identity: string;
  readonly label: string;
  readonly strength: number;
  readonly scopes: ReadonlySet<string>;
  /** How it is verified, as authored. */
  readonly verifier: Json;
  readonly verifierAt?: Where;
}

type Alternative = readonly Demand[];

const weight = { weaker: 'critical', tighter: 'high' } as const;

export function authChanges(pair: Pair, base: RouteTable, head: RouteTable): readonly ChangeDraft[] {
  // A built gateway does not say what its bindings are: then schemes are compared by what callers show.
  const knowsBindings = base.config !== undefined && head.config !== undefined;
  const unknown = new Set(
    [[pair.base, base] as const, [pair.head, head] as const].flatMap(([route, table]) =>
      (route.plan.security ?? []).flatMap((one) => Object.keys(one).filter((name) => schemeOf(name, route, table) === undefined)),
    ),
  );
  const of = (route: TableRoute, table: RouteTable) => alternatives(route, table, knowsBindings, unknown);
  const [before, after] = [of(pair.base, base), of(pair.head, head)];
  return [...requirementChanges(pair, before, after), ...(knowsBindings ? verifierChanges(pair, before, after) : [])];
}

function requirementChanges(pair: Pair, before: readonly Alternative[], after: readonly Alternative[]): readonly ChangeDraft[] {
  const admitsMore = after.some((one) => !before.some((other) => isWithin(other, one)));
  const admitsLess = before.some((one) => !after.some((other) => isWithin(other, one)));
  if (!admitsMore && !admitsLess) return [];
  const direction: Compared = admitsMore && admitsLess ? byStrength(before, after) : admitsMore ? 'weaker' : 'tighter';
  const [from, to] = [before, after].map(textOf);
  const common = {
    ...about(pair.base, pair.head),
    ...securityPlaces(pair),
    subject: 'auth',
    message: `auth: ${from} → ${to}${inheritedText(pair)}`,
    before: from ?? null,
    after: to ?? null,
  };
  const policy: ChangeDraft = { ...common, id: `auth-${suffixOf(direction)}`, section: 'policy', ...judged(direction, weight) };
  const contract: ChangeDraft = {
    ...common,
    id: 'auth-asks-more',
    section: 'contract',
    severity: 'high',
    direction: 'tighter',
    verdict: 'breaking',
  };
  if (!admitsLess) return [policy];
  // Callers that are turned away, and nobody new is let in: told once.
  return direction === 'tighter' ? [contract] : [policy, contract];
}

/** Whether whoever fulfils the second alternative fulfils the first. */
function isWithin(less: Alternative, more: Alternative): boolean {
  return less.every((demand) =>
    more.some(({ identity, scopes }) => identity === demand.identity && [...demand.scopes].every((scope) => scopes.has(scope))),
  );
}

/** Of alternatives that were replaced, the weakest decides. */
function byStrength(before: readonly Alternative[], after: readonly Alternative[]): Compared {
  const strength = (all: readonly Alternative[]): number =>
    Math.min(...all.map((one) => one.reduce((sum, demand) => Math.max(sum, demand.strength), 0)));
  return compareStrengths(strength(before), strength(after));
}

/** Other credentials of the same worth may be those of anybody. */
function compareStrengths(before: number, after: number): Compared {
  return before === after ? 'unknown' : after < before ? 'weaker' : 'tighter';
}

/** Nothing declared and an empty list let everybody in. */
function alternatives(
  route: TableRoute,
  table: RouteTable,
  knowsBindings: boolean,
  /** Schemes that one side does not describe: of those the name must do. */
  unknown: ReadonlySet<string>,
): readonly Alternative[] {
  const { plan, operation } = route;
  const declared = plan.security ?? [];
  if (declared.length === 0) return [[]];
  return declared.map((one) =>
    Object.entries(one).map(([name, scopes]): Demand => {
      const scheme = schemeOf(name, route, table);
      const renamed = operation?.api.entry.security;
      const bindingName = renamed !== undefined && Object.hasOwn(renamed, name) ? (renamed[name] ?? name) : name;
      const binding = knowsBindings ? table.config?.security.get(bindingName) : undefined;
      const own = member(scheme?.value, 'x-gateway');
      const verifier = binding?.value ?? own;
      return {
        identity:
          binding === undefined ? schemeIdentity(name, unknown.has(name) ? undefined : scheme?.value) : `binding ${bindingName}`,
        label: scopes.length === 0 ? name : `${name}[${[...scopes].sort().join(' ')}]`,
        strength: strengthOf(member(verifier, 'type') ?? typeOfScheme(scheme?.value)),
        scopes: new Set(scopes),
        verifier: verifier === undefined ? null : json(verifier),
        ...(binding === undefined ? {} : { verifierAt: { node: binding } }),
      };
    }),
  );
}

/** As the document of the operation describes it; of a built gateway, as the one document that it has published. */
function schemeOf(name: string, { operation }: TableRoute, { apis, config }: RouteTable): Node | undefined {
  const api = operation?.api ?? (config === undefined ? apis[0] : undefined);
  return api?.securitySchemes.get(name);
}

/** By what a caller shows: how documents name and describe a scheme means nothing. */
function schemeIdentity(name: string, scheme: unknown): string {
  if (!isFields(scheme)) return name;
  const header = scheme.in === 'header' ? String(scheme.name).toLowerCase() : scheme.name;
  const http = typeof scheme.scheme === 'string' ? scheme.scheme.toLowerCase() : undefined;
  return canonical([scheme.type ?? null, scheme.in ?? null, header ?? null, http ?? null, scheme.openIdConnectUrl ?? null]);
}

function typeOfScheme(scheme: unknown): unknown {
  const http = member(scheme, 'scheme');
  return member(scheme, 'type') === 'http' && typeof http === 'string' ? http.toLowerCase() : member(scheme, 'type');
}

/** What a credential is worth when it is replaced by another: bound to a connection, signed, a password, a text that is shown. */
function strengthOf(type: unknown): number {
  switch (type) {
    case 'mutualTLS':
    case 'mtls':
      return 4;
    case 'jwt':
    case 'oauth2':
    case 'openIdConnect':
    case 'oidc':
    case 'introspection':
    case 'bearer':
    case 'hmac':
      return 3;
    case 'basic':
    case 'digest':
      return 2;
    default:
      return 1;
  }
}

function textOf(all: readonly Alternative[]): string {
  return all.map((one) => one.map(({ label }) => label).join(' and ') || 'none').join(' or ');
}

function securityPlaces({ base, head }: Pair): { readonly base?: Where; readonly head?: Where } {
  const [from, to] = [base.operation?.security, head.operation?.security];
  return {
    ...(from === undefined ? {} : { base: { node: from, part: 'key' } }),
    ...(to === undefined ? {} : { head: { node: to, part: 'key' } }),
  };
}

/** D6: what nobody wrote at the operation is easily lost. */
function inheritedText({ base, head }: Pair): string {
  const from = base.operation?.security;
  if (from === undefined || head.operation?.security !== undefined) return '';
  return placeOf(from).pointer === '/security' ? ' (the security at the root was removed)' : ' (its security was removed)';
}

/**
 * Members of a verifier that say which credentials are good: fewer of them are tighter, none lets all of them pass. Certificates are good
 * by `names` and `keys`, and while no list (`crl`) revokes them.
 */
const accepted: readonly string[] = ['issuer', 'audience', 'algorithms', 'types', 'names', 'keys', 'crl'];

/** Requirements that stay, and are verified differently. */
function verifierChanges(pair: Pair, before: readonly Alternative[], after: readonly Alternative[]): readonly ChangeDraft[] {
  const known = new Map(before.flat().map((demand) => [demand.identity, demand]));
  const seen = new Set<string>();
  return after.flat().flatMap((demand): readonly ChangeDraft[] => {
    const from = known.get(demand.identity);
    if (from === undefined || seen.has(demand.identity) || canonical(from.verifier) === canonical(demand.verifier)) return [];
    seen.add(demand.identity);
    const { direction, members } = compareVerifiers(from.verifier, demand.verifier);
    return [
      {
        ...about(pair.base, pair.head),
        ...(from.verifierAt === undefined ? {} : { base: from.verifierAt }),
        ...(demand.verifierAt === undefined ? {} : { head: demand.verifierAt }),
        id: `verifier-${suffixOf(direction)}`,
        section: 'policy',
        ...judged(direction, weight),
        subject: `verifier ${demand.identity}`,
        message: `how ${demand.label.replace(/\[.*$/, '')} is verified: ${members.join(', ')} changed`,
        before: from.verifier,
        after: demand.verifier,
      },
    ];
  });
}

function compareVerifiers(before: Json, after: Json): { readonly direction: Compared; readonly members: readonly string[] } {
  const [from, to] = [isFields(before) ? before : {}, isFields(after) ? after : {}];
  const members = [...new Set([...Object.keys(from), ...Object.keys(to)])]
    .filter((key) => canonical(from[key] ?? null) !== canonical(to[key] ?? null))
    .sort();
  // Of another kind of credential nothing else compares.
  if (members.includes('type')) return { direction: compareStrengths(strengthOf(from.type), strengthOf(to.type)), members };
  const parts = members.map((key): Compared => (accepted.includes(key) ? compareAccepted(from[key], to[key]) : 'unknown'));
  return { direction: combined(parts), members };
}

function compareAccepted(before: unknown, after: unknown): Compared {
  if (after === undefined) return 'weaker';
  if (before === undefined) return 'tighter';
  const set = (value: unknown): ReadonlySet<string> => new Set(Array.isArray(value) ? value.map(String) : [String(value)]);
  return compareSets(set(before), set(after), 'weaker');
}
