import type { MergedOperation } from '../merge/merged.ts';
import { isExampleHolder } from './examples.ts';

/** What can be covered, in the order it is printed. */
export const aspects = ['auth', 'limit', 'validation', 'timeout', 'owner', 'examples'] as const;
export type Aspect = (typeof aspects)[number];

/** What each aspect asks of an operation, for people. */
export const meanings: Readonly<Record<Aspect, string>> = {
  auth: 'a credential is required, or x-gateway.public says why not',
  limit: 'a rate, a quota, a concurrency or a spike limit applies',
  validation: 'requests are validated and refused (validation.request: enforce)',
  timeout: 'a document or the gateway file says how long it may take',
  owner: 'a team answers for it',
  examples: 'its request body and its first good answer show an example',
};

/** One operation, and what it lacks. */
export interface Covered {
  readonly route: string;
  readonly team: string;
  readonly lacks: readonly Aspect[];
}

/** How many operations of a team have each aspect. */
export interface TeamCoverage {
  readonly team: string;
  readonly operations: number;
  readonly covered: Readonly<Record<Aspect, number>>;
}

/** Looks at every operation of a gateway, at what holds for it in effect. Sorted by route. */
export function coverage(operations: readonly MergedOperation[]): readonly Covered[] {
  return operations
    .map((merged) => ({
      route: `${merged.operation.method} ${merged.template}`,
      team: merged.owner ?? '(none)',
      lacks: aspects.filter((aspect) => !holds[aspect](merged)),
    }))
    .sort((a, b) => (a.route < b.route ? -1 : 1));
}

/** By team, sorted by name, and all of them together last. */
export function byTeam(all: readonly Covered[]): readonly TeamCoverage[] {
  const teams = [...Map.groupBy(all, ({ team }) => team)].sort(([a], [b]) => (a < b ? -1 : 1));
  return [...teams, ['all', all] as const].map(([team, members]) => ({
    team,
    operations: members.length,
    covered: count(members),
  }));
}

function count(members: readonly Covered[]): TeamCoverage['covered'] {
  const having = (aspect: Aspect): number => members.filter(({ lacks }) => !lacks.includes(aspect)).length;
  return {
    auth: having('auth'),
    limit: having('limit'),
    validation: having('validation'),
    timeout: having('timeout'),
    owner: having('owner'),
    examples: having('examples'),
  };
}

/** Percent, rounded down: 100 means all. */
export function percent({ operations, covered }: TeamCoverage, aspect: Aspect): number {
  return operations === 0 ? 100 : Math.floor((covered[aspect] / operations) * 100);
}

const holds: Readonly<Record<Aspect, (merged: MergedOperation) => boolean>> = {
  auth: ({ operation, effective }) =>
    (operation.security?.value.length ?? 0) > 0 || (operation.security !== undefined && applies(effective, 'public')),
  limit: ({ effective }) =>
    ['limits.rate', 'limits.quota', 'limits.concurrency', 'limits.spikeArrest'].some((key) => applies(effective, key)),
  validation: ({ effective }) => (effective.get('validation.request')?.node.value ?? 'enforce') === 'enforce',
  timeout: ({ effective }) => applies(effective, 'timeouts.total') || ['redirect', 'mock'].some((key) => applies(effective, key)),
  owner: ({ owner }) => owner !== undefined,
  examples: ({ operation }) => isExampleHolder(operation),
};

function applies(effective: MergedOperation['effective'], key: string): boolean {
  const value = effective.get(key);
  return value !== undefined && value.skipped === undefined;
}
