import { GwError } from '../errors.ts';
import { type Aspect, aspects, percent, type TeamCoverage } from './measure.ts';

/** What somebody insists on: percent by aspect. */
export type Thresholds = ReadonlyMap<Aspect, number>;

/** One aspect of one team that is below what was asked. */
export interface Shortfall {
  readonly team: string;
  readonly aspect: Aspect;
  readonly percent: number;
  readonly wanted: number;
}

/**
 * Reads `auth=100`.
 *
 * @throws GwError for an unknown aspect or what is no percentage
 */
export function parseThresholds(texts: readonly string[]): Thresholds {
  return new Map(
    texts.map((text): [Aspect, number] => {
      const [name = '', value = ''] = text.split('=');
      const aspect = aspects.find((one) => one === name);
      if (aspect === undefined || !/^\d{1,3}$/.test(value) || Number(value) > 100) {
        throw new GwError(
          'ERR_GW_USAGE',
          `--min ${text} is no threshold`,
          `Write it as auth=100; there are ${aspects.join(', ')}.`,
        );
      }
      return [aspect, Number(value)];
    }),
  );
}

/** Where a team, or all of them, are below a threshold that holds for everybody. */
export function belowThresholds(teams: readonly TeamCoverage[], thresholds: Thresholds): readonly Shortfall[] {
  return teams.flatMap((team) =>
    [...thresholds].flatMap(([aspect, wanted]) => {
      const reached = percent(team, aspect);
      return reached < wanted ? [{ team: team.team, aspect, percent: reached, wanted }] : [];
    }),
  );
}

/** The file of a ratchet: percent by aspect, by team. */
export type Ratchet = Readonly<Record<string, Readonly<Record<Aspect, number>>>>;

export function ratchetOf(teams: readonly TeamCoverage[]): Ratchet {
  return Object.fromEntries(
    teams.map((team) => [
      team.team,
      {
        auth: percent(team, 'auth'),
        limit: percent(team, 'limit'),
        validation: percent(team, 'validation'),
        timeout: percent(team, 'timeout'),
        owner: percent(team, 'owner'),
        examples: percent(team, 'examples'),
      },
    ]),
  );
}

/** Where a team fell behind what it had reached. A team that is gone, or new, is no step back. */
export function belowRatchet(teams: readonly TeamCoverage[], before: Ratchet): readonly Shortfall[] {
  return teams.flatMap((team) => {
    const reached = Object.hasOwn(before, team.team) ? before[team.team] : undefined;
    if (reached === undefined) return [];
    return aspects.flatMap((aspect) => {
      const now = percent(team, aspect);
      const wanted = typeof reached[aspect] === 'number' ? reached[aspect] : 0;
      return now < wanted ? [{ team: team.team, aspect, percent: now, wanted }] : [];
    });
  });
}
