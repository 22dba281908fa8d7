import type { MergedOperation } from '../merge/merged.ts';
import { lowered } from '../plan/lowered.ts';
import { lifecycle } from '../policies/lifecycle.ts';
import type { Callers } from './access-log.ts';

/** An operation with an end. */
export interface Ending {
  readonly route: string;
  readonly team: string;
  /** `2027-03-15` */
  readonly sunset: string;
  /** Days from now until the sunset; 0 and less: it has passed. */
  readonly days: number;
  readonly stage: 'past' | 'week' | 'month' | 'later';
  /** Requests after the sunset are served on. */
  readonly served: boolean;
  readonly successor: string | undefined;
  /** Who still calls, and how often, by the access log; undefined when none was read. */
  readonly callers: readonly (readonly [consumer: string, requests: number])[] | undefined;
}

const DAY_MS = 86_400_000;

/**
 * The operations that end, the next one first.
 *
 * @param now milliseconds since the epoch
 * @param callers who called what, by method and template
 */
export function sunsets(operations: readonly MergedOperation[], now: number, callers: Callers | undefined): readonly Ending[] {
  return operations
    .flatMap((merged): Ending[] => {
      const at = lowered(lifecycle.sunset, merged);
      if (at === undefined) return [];
      const days = Math.ceil((at - now) / DAY_MS);
      const route = `${merged.operation.method} ${merged.template}`;
      return [
        {
          route,
          team: merged.owner ?? '(none)',
          sunset: new Date(at).toISOString().slice(0, 10),
          days,
          stage: stageOf(days),
          served: lowered(lifecycle.afterSunset, merged) === 'serve',
          successor: lowered(lifecycle.successor, merged),
          callers: callers === undefined ? undefined : callersOf(callers, route),
        },
      ];
    })
    .sort((a, b) => a.days - b.days || (a.route < b.route ? -1 : 1));
}

/** The marks at which owners are reminded: 30 days, 7 days, the day itself. */
function stageOf(days: number): Ending['stage'] {
  if (days <= 0) return 'past';
  if (days <= 7) return 'week';
  return days <= 30 ? 'month' : 'later';
}

function callersOf(callers: Callers, route: string): readonly (readonly [string, number])[] {
  return [...(callers.get(route) ?? [])].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}
