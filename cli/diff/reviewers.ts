import type { GatewayConfig } from '../config/gateway.ts';
import type { Change, Reviewer } from './change.ts';

/** The team that answers for policies, where `teams` names it so. */
const PLATFORM = 'platform';

/** Paths that are given to another team, or to none: the platform team gives them. */
const PREFIX = 'route-prefix-ownership';

/** Changes of which someone besides the owner must know. */
const takeOvers: readonly string[] = [
  'route-takeover',
  'route-precedence-changed',
  'route-falls-through',
  'route-owner-changed',
  PREFIX,
];

/**
 * C4: who must look at what is not approved: the owners of routes that become weaker or break, whoever loses requests, and the platform
 * team for policies. Handles are those of the base: a pull request does not choose its own reviewers.
 */
export function reviewersOf(
  changes: readonly Change[],
  base: Pick<GatewayConfig, 'teams'> | undefined,
  head: Pick<GatewayConfig, 'teams'> | undefined,
): readonly Reviewer[] {
  const asked = new Map<string, Set<Reviewer['why'][number]>>();
  const ask = (team: string, why: Reviewer['why'][number]): void => {
    const known = asked.get(team) ?? new Set();
    asked.set(team, known.add(why));
  };
  for (const { id, verdict, routes, teams, approved } of changes) {
    if (approved !== undefined) continue;
    const owners = new Set(routes.flatMap(({ owner }) => (owner === undefined ? [] : [owner])));
    if (verdict === 'weakened' || verdict === 'breaking' || verdict === 'conflict')
      for (const owner of owners) ask(owner, 'owner');
    if (verdict === 'weakened' || id === PREFIX) ask(PLATFORM, 'policy');
    if (takeOvers.includes(id)) for (const team of teams) if (!owners.has(team)) ask(team, 'take-over');
  }
  return [...asked]
    .map(([team, why]): Reviewer => {
      const handles = (base?.teams.get(team) ?? head?.teams.get(team))?.reviewers ?? [];
      return { team, handles: handles.filter(isHandle), why: [...why].sort() };
    })
    .sort((a, b) => (a.team < b.team ? -1 : 1));
}

/** A user or a team of a forge; anything else would be text in a comment. */
function isHandle(text: string): boolean {
  return /^@[A-Za-z0-9][\w.-]*(?:\/[\w.-]+)*$/.test(text);
}
