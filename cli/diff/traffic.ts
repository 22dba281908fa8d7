/** Which requests are answered by whom: routes that come, go, change hands, and requests that go elsewhere because of them. */
import type { Json } from '../plan/ir.ts';
import type { ChangeDraft } from './change.ts';
import { destinationOf, shift } from './destination.ts';
import type { RouteTable, TableRoute } from './effective.ts';
import { about, type Matched, nameOnly, type Pair } from './matched.ts';
import { movedRequests } from './precedence.ts';

/** Everything about traffic but the removal of routes, which is judged by their lifecycle. */
export function trafficChanges(matched: Matched, head: RouteTable): readonly ChangeDraft[] {
  return [
    ...matched.added.map(addedRoute),
    ...matched.pairs.flatMap(({ base: before, head: after }) => [
      ...owner(before, after),
      ...destination(before, after),
      ...defaultVersion(before, after),
    ]),
    ...renamed(matched.pairs),
    ...movedRequests(matched, head),
  ];
}

function addedRoute(route: TableRoute): ChangeDraft {
  const isPublic = (route.plan.security ?? []).length === 0 || route.plan.security?.some((one) => Object.keys(one).length === 0);
  return {
    id: 'route-added',
    section: 'traffic',
    severity: 'info',
    direction: 'neutral',
    verdict: 'compatible',
    ...about(undefined, route),
    subject: '',
    message: isPublic === true ? 'new, and anybody may call it' : 'new',
    after: summary(route),
  };
}

/** What a reviewer wants to know of a route at a glance. */
export function summary({ plan, owner: team }: TableRoute): Json {
  const { security, values } = plan;
  const rate = values.find(({ key, skipped }) => key === 'limits.rate' && skipped === undefined);
  return {
    to: destinationOf(plan).text,
    auth: security === undefined ? null : security.map((one) => Object.keys(one).join(' and ') || 'none').join(' or ') || 'none',
    limit: rate?.authored ?? null,
    owner: team ?? null,
  };
}

function owner(base: TableRoute, head: TableRoute): readonly ChangeDraft[] {
  if (base.owner === head.owner) return [];
  const concerned = base.owner === undefined ? {} : { concerned: [base.owner] };
  return [
    {
      id: 'route-owner-changed',
      section: 'traffic',
      severity: 'medium',
      direction: 'neutral',
      verdict: 'compatible',
      ...about(base, head),
      ...concerned,
      subject: `owner ${head.owner ?? ''}`,
      message: `owner: ${base.owner ?? 'nobody'} → ${head.owner ?? 'nobody'}`,
      before: base.owner ?? null,
      after: head.owner ?? null,
    },
  ];
}

/** Points of a hundred from which a shift of weights is more than an experiment (§7.1). */
const SHIFT = 10;

/** Where requests go: the upstream by name, the path it is sent, or another address to the caller. */
function destination(base: TableRoute, head: TableRoute): readonly ChangeDraft[] {
  const [before, after] = [destinationOf(base.plan), destinationOf(head.plan)];
  if (JSON.stringify(before.to) === JSON.stringify(after.to)) return [];
  const points = shift(before, after);
  return [
    {
      id: points > 0 ? 'route-upstream-changed' : 'route-destination-changed',
      section: 'traffic',
      severity: points > SHIFT ? 'high' : 'medium',
      direction: 'unknown',
      verdict: 'potential',
      ...about(base, head),
      subject: 'to',
      message: `to: ${before.text} → ${after.text}`,
      before: before.to,
      after: after.to,
    },
  ];
}

/** RT-12: requests that name no version go to the default one. */
function defaultVersion(base: TableRoute, head: TableRoute): readonly ChangeDraft[] {
  const [before, after] = [base, head].map(({ plan }) => plan.conditions.some(({ orAbsent }) => orAbsent === true));
  if (before === undefined || after === undefined || before === after) return [];
  return [
    {
      id: 'route-default-version-changed',
      section: 'traffic',
      severity: 'high',
      direction: 'neutral',
      verdict: before ? 'breaking' : 'potential',
      ...about(base, head),
      subject: '',
      message: after ? 'answers requests that name no version, too' : 'no longer answers requests that name no version',
      before,
      after,
    },
  ];
}

/** D1: names of path parameters change nothing; one line says how many. */
function renamed(pairs: readonly Pair[]): readonly ChangeDraft[] {
  const changed = pairs.filter(({ base, head }) => base.plan.parameterNames.join() !== head.plan.parameterNames.join());
  const [first] = changed;
  if (first === undefined) return [];
  return [
    {
      id: 'path-parameters-renamed',
      section: 'traffic',
      severity: 'info',
      direction: 'neutral',
      verdict: 'compatible',
      ...about(first.base, first.head),
      routes: changed.map(({ head }) => nameOnly(head)),
      subject: '',
      message: 'path parameters have other names; no request notices',
    },
  ];
}
