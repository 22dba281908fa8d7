import type { BrownoutOptions, BrownoutsOptions } from '../../runtime/policies/brownouts.ts';
import type { LifecycleHeadersOptions } from '../../runtime/policies/lifecycle-headers.ts';
import type { SunsetOptions } from '../../runtime/policies/sunset.ts';
import type { MergedOperation } from '../merge/merged.ts';
import { type BrownoutAuthored, lifecycle } from '../policies/lifecycle.ts';
import { encodePath, templateParts } from '../policies/path-template.ts';
import type { PolicyPlan } from './ir.ts';
import { json } from './json.ts';
import { lowered } from './lowered.ts';
import { milliseconds, parseDate } from './units.ts';

/**
 * The policies of the group `lifecycle`: header fields on every answer (LC-2), 410 after the sunset (LC-3), planned outages before it
 * (LC-4). All of them ask the clock at request time; nothing depends on the day of the build.
 */
export function lifecyclePolicies(merged: MergedOperation): readonly PolicyPlan[] {
  const deprecatedMs = lowered(lifecycle.deprecated, merged);
  const sunsetMs = lowered(lifecycle.sunset, merged);
  const successor = lowered(lifecycle.successor, merged);
  const docs = lowered(lifecycle.docs, merged);
  const brownouts = lowered(lifecycle.brownouts, merged) ?? [];
  const gone = lowered(lifecycle.afterSunset, merged) !== 'serve';
  if (deprecatedMs === undefined && sunsetMs === undefined && brownouts.length === 0) return [];
  const parts = successor === undefined ? undefined : templateParts(successor, merged.operation, encodePath);
  const links: LifecycleHeadersOptions = {
    ...(deprecatedMs === undefined ? {} : { deprecatedMs }),
    ...(sunsetMs === undefined ? {} : { sunsetMs }),
    ...(parts === undefined ? {} : { successor: parts }),
    ...(docs === undefined ? {} : { docs }),
  };
  const policies = [policy('lifecycle', 'headers', 'policies/lifecycle-headers', 'lifecycleHeaders', links)];
  if (sunsetMs !== undefined && gone) {
    const end: SunsetOptions = {
      sunsetMs,
      ...(parts === undefined ? {} : { successor: parts }),
      ...(docs === undefined ? {} : { docs }),
    };
    policies.push(policy('lifecycle.sunset', 'lifecycle', 'policies/sunset', 'sunset', end));
  }
  if (brownouts.length > 0) {
    const outages: BrownoutsOptions = {
      windows: brownouts.map(brownoutOptions),
      ...(sunsetMs === undefined ? {} : { untilMs: sunsetMs }),
    };
    policies.push(policy('lifecycle.brownouts', 'brownout', 'policies/brownouts', 'brownouts', outages));
  }
  return policies;
}

function policy(key: string, stage: string, module: string, factory: string, options: unknown): PolicyPlan {
  return { key, stage, module, factory, options: json(options) };
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const DAY_MS = 86_400_000;

function brownoutOptions({ from, to, every, for: length, starting, ramp = [], exempt = [] }: BrownoutAuthored): BrownoutOptions {
  const shares = ramp.map((share) => Number.parseInt(share, 10));
  const common = { shares: shares.length === 0 ? [100] : shares, exempt: exempt.toSorted() };
  if (every === undefined || length === undefined || starting === undefined) {
    const begins = parseDate(from ?? '') ?? 0;
    return { ...common, firstMs: begins, lengthMs: (parseDate(to ?? '') ?? 0) - begins, everyMs: 0 };
  }
  return {
    ...common,
    firstMs: firstOccurrence(every, parseDate(starting) ?? 0),
    lengthMs: milliseconds(length),
    everyMs: every.startsWith('day') ? DAY_MS : 7 * DAY_MS,
  };
}

/** The first time of day (and weekday) at or after an instant; all in UTC, so no change of clocks moves it. */
function firstOccurrence(every: string, startingMs: number): number {
  const [word = '', time = ''] = every.split(' ');
  const [hours = '0', minutes = '0'] = time.replace('Z', '').split(':');
  const midnight = startingMs - (startingMs % DAY_MS);
  const ofDay = (Number(hours) * 60 + Number(minutes)) * 60_000;
  for (let days = 0; days <= 7; days++) {
    const at = midnight + days * DAY_MS + ofDay;
    if (at >= startingMs && (word === 'day' || new Date(at).getUTCDay() === WEEKDAYS.indexOf(word))) return at;
  }
  return midnight + ofDay;
}
