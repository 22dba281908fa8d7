import type { GuardrailConfig } from '../../config/gateway.ts';
import { canonical } from '../../merge/canonical.ts';
import { guards } from '../../plan/guardrails.ts';
import type { Json } from '../../plan/ir.ts';
import type { Compared } from '../../plan/key.ts';
import { readRequirement } from '../../plan/requirement.ts';
import { keyOf } from '../../plan/vocabulary.ts';
import type { ChangeDraft, RouteName } from '../change.ts';
import type { RouteTable } from '../effective.ts';
import { at, configChange, routesOf } from './config-change.ts';
import { combined, compareSets } from './direction.ts';

const weight = { weaker: 'high', tighter: 'medium' } as const;

/** D7: checks of the platform team that come, go, or ask for something else, with all routes of all teams that they concern. */
export function guardrailChanges(base: RouteTable, head: RouteTable): readonly ChangeDraft[] {
  const [before, after] = [base, head].map(({ config }) => new Map((config?.guardrails ?? []).map((one) => [one.name, one])));
  if (before === undefined || after === undefined) return [];
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((name) => {
    const [from, to] = [before.get(name), after.get(name)];
    const direction: Compared = from === undefined ? 'tighter' : to === undefined ? 'weaker' : compareGuardrails(from, to);
    const what = from === undefined ? 'new' : to === undefined ? 'removed' : changedLines(from, to);
    return configChange('guardrail', direction, weight, {
      subject: `guardrail ${name}`,
      message: `guardrail ${name}: ${what}`,
      before: from === undefined ? null : authored(from),
      after: to === undefined ? null : authored(to),
      base: at(from?.node),
      head: at(to?.node),
      routes: guarded(from, base, to, head),
    });
  });
}

function authored({ match, require, except }: GuardrailConfig): unknown {
  return { match, require: Object.fromEntries(require), except };
}

/** Routes that the guardrail concerns on either side. */
function guarded(
  from: GuardrailConfig | undefined,
  base: RouteTable,
  to: GuardrailConfig | undefined,
  head: RouteTable,
): readonly RouteName[] {
  const of = (guardrail: GuardrailConfig | undefined, table: RouteTable): readonly RouteName[] =>
    guardrail === undefined ? [] : routesOf(table, ({ merged }) => merged !== undefined && guards(guardrail, merged));
  const all = [...of(from, base), ...of(to, head)];
  return [...new Map(all.map((route) => [route.key, route])).values()];
}

function compareGuardrails(before: GuardrailConfig, after: GuardrailConfig): Compared {
  const keys = new Set([...before.require.keys(), ...after.require.keys()]);
  const exceptions = ({ except }: GuardrailConfig): ReadonlySet<string> =>
    new Set(except.map(({ route, until }) => `${route} until ${until ?? 'ever'}`));
  return combined([
    ...[...keys].map((key) => compareRequirement(key, before.require.get(key), after.require.get(key))),
    compareSets(exceptions(before), exceptions(after), 'weaker'),
    canonical(before.match) === canonical(after.match) ? 'equal' : 'unknown',
  ]);
}

function compareRequirement(key: string, before: Json | undefined, after: Json | undefined): Compared {
  if (before === undefined || after === undefined) return before === after ? 'equal' : after === undefined ? 'weaker' : 'tighter';
  if (canonical(before) === canonical(after)) return 'equal';
  const [from, to] = [readRequirement(before), readRequirement(after)];
  if (from === undefined || to === undefined || !('operand' in from) || !('operand' in to) || from.test !== to.test)
    return 'unknown';
  if (from.test === 'oneOf')
    return compareSets(
      new Set(from.operand.map(canonical)),
      new Set(Array.isArray(to.operand) ? to.operand.map(canonical) : []),
      'weaker',
    );
  return from.test === 'atMost' || from.test === 'atLeast' ? compareBounds(key, from.test, from.operand, to.operand) : 'unknown';
}

/** More is asked for where the bound moves to the side that it is on. */
function compareBounds(key: string, test: 'atMost' | 'atLeast', before: Json, after: Json): Compared {
  const isAtMost = keyOf(key)?.atMost(after, before);
  if (isAtMost === undefined) return 'unknown';
  return isAtMost === (test === 'atMost') ? 'tighter' : 'weaker';
}

function changedLines(before: GuardrailConfig, after: GuardrailConfig): string {
  const keys = [...new Set([...before.require.keys(), ...after.require.keys()])].filter(
    (key) => canonical(before.require.get(key) ?? null) !== canonical(after.require.get(key) ?? null),
  );
  const lines = keys.map((key) => `${key} ${text(before.require.get(key))} → ${text(after.require.get(key))}`);
  const had = new Set(before.except.map((one) => canonical(one)));
  const excepted = after.except
    .filter((one) => !had.has(canonical(one)))
    .map(({ route, reason }) => `except ${route} (${reason})`);
  const isNarrower = canonical(before.match) === canonical(after.match) ? [] : ['match changed'];
  const said = [...lines, ...excepted, ...isNarrower];
  return said.length === 0 ? 'an exception is gone' : said.join('; ');
}

function text(requirement: Json | undefined): string {
  return requirement === undefined
    ? 'not asked for'
    : typeof requirement === 'string'
      ? requirement
      : JSON.stringify(requirement);
}
