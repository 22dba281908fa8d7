/** What the gateway file says beside the way of a request: where limits are counted, what is recorded, who may operate the gateway. */
import type { GatewayConfig } from '../../config/gateway.ts';
import { canonical } from '../../merge/canonical.ts';
import type { AdminTokenPlan, StorePlan, UsagePlan } from '../../plan/ir.ts';
import { json } from '../../plan/json.ts';
import type { Compared } from '../../plan/key.ts';
import type { ChangeDraft } from '../change.ts';
import type { RouteTable } from '../effective.ts';
import { configChange, routesOf, written } from './config-change.ts';
import { compareSets } from './direction.ts';

const heavy = { weaker: 'high', tighter: 'medium' } as const;
const light = { weaker: 'medium', tighter: 'low' } as const;

export function accessChanges(before: GatewayConfig, after: GatewayConfig, head: RouteTable): readonly ChangeDraft[] {
  return [
    ...storeChanges(before, after, head),
    ...accessLogChanges(before, after, head),
    ...loggedUserChanges(before, after, head),
    ...usageChanges(before, after, head),
    ...adminChanges(before, after),
  ];
}

const counted = /^limits\.(?:rate|quota|concurrency|spikeArrest)$/;

/** In memory every process counts for itself: as many processes, as many times the limit. */
function storeChanges(before: GatewayConfig, after: GatewayConfig, head: RouteTable): readonly ChangeDraft[] {
  const [from, to] = [before.store, after.store];
  const isSame = canonical(from ?? null) === canonical(to ?? null);
  const isShared = from !== undefined && to !== undefined;
  const direction: Compared = isSame ? 'equal' : isShared ? 'unknown' : to === undefined ? 'weaker' : 'tighter';
  const why = to === undefined ? ' (each process counts for itself)' : '';
  return configChange('store', direction, isShared ? light : heavy, {
    subject: 'store',
    message: `store: ${storeText(from)} → ${storeText(to)}${why}`,
    before: storeText(from),
    after: storeText(to),
    base: written(before, 'store'),
    head: written(after, 'store'),
    routes: routesOf(head, ({ plan }) => plan.values.some(({ key, skipped }) => counted.test(key) && skipped === undefined)),
  });
}

/** Passwords of addresses, and the secret, are shown to nobody. */
function storeText(store: StorePlan | undefined): string {
  if (store === undefined) return 'memory';
  const { nodes, cluster, sentinel, timeoutMs, secret } = store;
  const places = nodes.map((node) => node.replace(/\/\/[^@/]*@/, '//***@')).sort();
  const more = [
    ...(cluster ? ['cluster'] : []),
    ...(sentinel === undefined ? [] : [`sentinel ${sentinel}`]),
    `timeout ${timeoutMs} ms`,
    ...(secret === undefined ? [] : ['secret set']),
  ];
  return `${places.join(', ')} (${more.join(', ')})`;
}

function accessLogChanges(before: GatewayConfig, after: GatewayConfig, head: RouteTable): readonly ChangeDraft[] {
  const [from, to] = [before.telemetry.accessLog, after.telemetry.accessLog];
  return configChange('access-log', from === to ? 'equal' : to === 'none' ? 'weaker' : 'tighter', light, {
    subject: 'access log',
    message: `telemetry.accessLog: ${from} → ${to}${to === 'none' ? ' (nobody sees any more who called what)' : ''}`,
    before: from,
    after: to,
    base: written(before, 'telemetry', 'accessLog'),
    head: written(after, 'telemetry', 'accessLog'),
    routes: routesOf(head),
  });
}

/** JW-10: whether its lines still tell users apart, and whether they name them. */
function loggedUserChanges(before: GatewayConfig, after: GatewayConfig, head: RouteTable): readonly ChangeDraft[] {
  const [from, to] = [before.telemetry.logUser ?? 'hash', after.telemetry.logUser ?? 'hash'];
  const told = { none: ' (nobody sees any more which user it was)', id: ' (the log names users)', hash: '' };
  return configChange(
    'access-log',
    from === to ? 'equal' : from === 'hash' ? 'weaker' : to === 'hash' ? 'tighter' : 'unknown',
    light,
    {
      subject: 'users in the access log',
      message: `telemetry.user: ${from} → ${to}${told[to]}`,
      before: from,
      after: to,
      base: written(before, 'telemetry', 'user'),
      head: written(after, 'telemetry', 'user'),
      routes: routesOf(head),
    },
  );
}

/** LC-5, PR-7: who hears who uses what. The address of a webhook may hold a token, so nobody is shown it. */
function usageChanges(before: GatewayConfig, after: GatewayConfig, head: RouteTable): readonly ChangeDraft[] {
  const [from, to] = [before.telemetry.usage, after.telemetry.usage];
  const isSame = canonical(from ?? null) === canonical(to ?? null);
  const more = listeners(to) - listeners(from);
  const direction: Compared = isSame ? 'equal' : more < 0 ? 'weaker' : more > 0 ? 'tighter' : 'unknown';
  const isOther = usageText(from) === usageText(to);
  return configChange('usage', direction, light, {
    subject: 'usage',
    message: isOther ? 'telemetry.usage: another webhook' : `telemetry.usage: ${usageText(from)} → ${usageText(to)}`,
    before: usageText(from),
    after: usageText(to),
    base: written(before, 'telemetry', 'usage'),
    head: written(after, 'telemetry', 'usage'),
    routes: routesOf(head),
  });
}

function listeners({ file, webhook }: UsagePlan = {}): number {
  return [file, webhook].filter((one) => one !== undefined).length;
}

function usageText({ file, webhook }: UsagePlan = {}): string {
  const parts = [
    ...(file === undefined ? [] : [`file ${file}`]),
    ...(webhook === undefined ? [] : [`webhook from ${webhook.threshold} requests a day`]),
  ];
  return parts.length === 0 ? 'none' : parts.join(', ');
}

/** AD-1, AD-2: the listener and the tokens that it takes. */
function adminChanges(before: GatewayConfig, after: GatewayConfig): readonly ChangeDraft[] {
  const [from, to] = [before.admin, after.admin];
  const listener = configChange('admin-listen', from.listen === to.listen ? 'equal' : 'unknown', light, {
    subject: 'admin listen',
    message: `admin.listen: ${from.listen} → ${to.listen}`,
    before: from.listen,
    after: to.listen,
    base: written(before, 'admin', 'listen'),
    head: written(after, 'admin', 'listen'),
    routes: [],
  });
  const [had, has] = [from, to].map(({ tokens }) => new Map(tokens.map((token) => [token.name, token])));
  const names = [...new Set([...(had?.keys() ?? []), ...(has?.keys() ?? [])])].sort();
  const tokens = names.flatMap((name) => {
    const [was, is] = [had?.get(name), has?.get(name)];
    const direction = compareTokens(was, is);
    const isReplaced = direction === 'unknown' && was !== undefined && is !== undefined && scopesOf(was) === scopesOf(is);
    return configChange('admin-token', direction, isReplaced ? light : heavy, {
      subject: `admin token ${name}`,
      message: `admin token ${name}: ${isReplaced ? 'another secret' : `${scopesOf(was)} → ${scopesOf(is)}`}`,
      before: scopesOf(was),
      after: scopesOf(is),
      base: written(before, 'admin', 'tokens'),
      head: written(after, 'admin', 'tokens'),
      routes: [],
    });
  });
  const audit = configChange(
    'admin-audit',
    from.audit === to.audit ? 'equal' : to.audit === undefined ? 'weaker' : from.audit === undefined ? 'tighter' : 'unknown',
    light,
    {
      subject: 'admin audit',
      message: `admin.audit: ${from.audit ?? 'none'} → ${to.audit ?? 'none'}`,
      before: from.audit ?? null,
      after: to.audit ?? null,
      base: written(before, 'admin', 'audit'),
      head: written(after, 'admin', 'audit'),
      routes: [],
    },
  );
  const [fixed, isFixed] = [from.readOnly === true, to.readOnly === true];
  const readOnly = configChange('admin-readOnly', fixed === isFixed ? 'equal' : isFixed ? 'tighter' : 'weaker', light, {
    subject: 'admin read-only',
    message: `admin.readOnly: ${fixed} → ${isFixed}`,
    before: fixed,
    after: isFixed,
    base: written(before, 'admin', 'readOnly'),
    head: written(after, 'admin', 'readOnly'),
    routes: [],
  });
  return [...listener, ...tokens, ...staffChanges(before, after), ...audit, ...readOnly];
}

/** Tokens of an issuer: the roles that are good for something, and for what. */
function staffChanges(before: GatewayConfig, after: GatewayConfig): readonly ChangeDraft[] {
  const [from, to] = [before.admin.jwt, after.admin.jwt];
  const [had, has] = [from, to].map(
    (jwt) => new Set((jwt?.roles ?? []).flatMap(([role, scopes]) => scopes.map((one) => `${role}: ${one}`))),
  );
  const isOther = from !== undefined && to !== undefined && from.binding !== to.binding;
  const text = (all: ReadonlySet<string> | undefined): string => [...(all ?? [])].join(', ') || 'nothing';
  return configChange('admin-jwt', isOther ? 'unknown' : compareSets(had ?? new Set(), has ?? new Set(), 'weaker'), heavy, {
    subject: 'admin jwt',
    message: isOther ? `admin.jwt: binding ${from.binding} → ${to.binding}` : `admin.jwt: ${text(had)} → ${text(has)}`,
    before: json(from ?? null),
    after: json(to ?? null),
    base: written(before, 'admin', 'jwt'),
    head: written(after, 'admin', 'jwt'),
    routes: [],
  });
}

function compareTokens(was: AdminTokenPlan | undefined, is: AdminTokenPlan | undefined): Compared {
  if (was === undefined || is === undefined) return was === is ? 'equal' : is === undefined ? 'tighter' : 'weaker';
  const [from, to] = [was.scopes, is.scopes];
  const scopes =
    from === undefined || to === undefined
      ? from === to
        ? 'equal'
        : to === undefined
          ? 'weaker'
          : 'tighter'
      : compareSets(new Set(from), new Set(to), 'weaker');
  return scopes === 'equal' && was.hash !== is.hash ? 'unknown' : scopes;
}

function scopesOf(token: AdminTokenPlan | undefined): string {
  return token === undefined
    ? 'none'
    : token.scopes === undefined
      ? 'everything'
      : [...token.scopes].sort().join(', ') || 'nothing';
}
