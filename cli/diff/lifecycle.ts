/** What is announced, and what ends: a removal is harmless only when it was announced and its day has come (D10). */
import type { Json } from '../plan/ir.ts';
import { parseDate } from '../plan/units.ts';
import type { ChangeDraft } from './change.ts';
import type { TableRoute } from './effective.ts';
import { about, type Pair } from './matched.ts';
import { summary } from './traffic.ts';

/** Days between the announcement of a sunset and the sunset. */
export const NOTICE_DAYS = 180;

const DAY_MS = 86_400_000;

/** How far something that clients use is announced to end. */
export interface Announced {
  readonly deprecated: boolean;
  /** As written. */
  readonly sunset?: string;
  /** Milliseconds; undefined when the sunset is none, or no date. */
  readonly sunsetMs?: number;
  /** `x-stability-level`; absent = stable. */
  readonly stability?: string;
}

/** Promises by what they are worth; of the first two nothing is promised. */
const stabilities: readonly string[] = ['draft', 'alpha', 'beta', 'stable'];

/** Whether clients were told that this may change on any day. */
export function isUnstable({ stability }: Announced): boolean {
  return stability === 'draft' || stability === 'alpha';
}

/** Reads `deprecated`, `x-sunset` and `x-stability-level` of an operation, a parameter or a schema. */
export function announcedAt(value: Readonly<Record<string, unknown>>): Announced {
  const [sunset, stability] = [value['x-sunset'], value['x-stability-level']];
  return {
    deprecated: value.deprecated === true,
    ...(typeof sunset === 'string' ? withSunset(sunset) : {}),
    ...(stability === undefined ? {} : { stability: String(stability) }),
  };
}

function withSunset(sunset: string): Pick<Announced, 'sunset' | 'sunsetMs'> {
  const ms = parseDate(sunset);
  return ms === undefined ? { sunset } : { sunset, sunsetMs: ms };
}

export function announcedOf({ operation, plan }: TableRoute): Announced {
  const value = (key: string): Json | undefined =>
    plan.values.find((one) => one.key === key && one.skipped === undefined)?.authored;
  const written = announcedAt(operation?.node.value ?? {});
  const sunset = value('lifecycle.sunset');
  return {
    ...written,
    deprecated: plan.deprecated || value('lifecycle.deprecated') !== undefined,
    ...(typeof sunset === 'string' ? withSunset(sunset) : {}),
  };
}

/** The removal of something that clients use. */
export interface Removal {
  readonly suffix: '' | '-before-sunset' | '-without-sunset' | '-without-deprecation';
  readonly severity: 'info' | 'medium' | 'high';
  readonly verdict: 'compatible' | 'potential' | 'breaking';
  readonly why: string;
}

export function judgeRemoval(announced: Announced, nowMs: number): Removal {
  if (isUnstable(announced)) return harmless(`it was ${announced.stability}`);
  if (announced.sunset !== undefined && announced.sunsetMs === undefined)
    return { suffix: '-before-sunset', severity: 'high', verdict: 'breaking', why: `its sunset ${announced.sunset} is no date` };
  if (announced.sunsetMs !== undefined) {
    return announced.sunsetMs <= nowMs
      ? harmless(`its sunset was ${announced.sunset}`)
      : { suffix: '-before-sunset', severity: 'high', verdict: 'breaking', why: `its sunset is ${announced.sunset}` };
  }
  return announced.deprecated
    ? { suffix: '-without-sunset', severity: 'medium', verdict: 'potential', why: 'it was deprecated, and no day was announced' }
    : { suffix: '-without-deprecation', severity: 'high', verdict: 'breaking', why: 'nothing announced it' };
}

function harmless(why: string): Removal {
  return { suffix: '', severity: 'info', verdict: 'compatible', why };
}

/** Routes that are gone. */
export function removedRoutes(removed: readonly TableRoute[], nowMs: number): readonly ChangeDraft[] {
  return removed.map((route) => {
    const { suffix, severity, verdict, why } = judgeRemoval(announcedOf(route), nowMs);
    return {
      id: `route-removed${suffix}`,
      section: 'traffic',
      severity,
      direction: 'neutral',
      verdict,
      ...about(route, undefined),
      subject: '',
      message: `removed; ${why}`,
      before: summary(route),
    };
  });
}

/** What is announced of routes that stay. */
export function lifecycleChanges(pairs: readonly Pair[], nowMs: number): readonly ChangeDraft[] {
  return pairs.flatMap((pair) => {
    const [before, after] = [announcedOf(pair.base), announcedOf(pair.head)];
    return announcements(before, after, nowMs).map((found) => ({
      ...about(pair.base, pair.head),
      section: 'lifecycle' as const,
      direction: 'neutral' as const,
      ...found,
    }));
  });
}

type Announcement = Pick<ChangeDraft, 'id' | 'severity' | 'verdict' | 'subject' | 'message' | 'before' | 'after'>;

/** What is announced anew, taken back, or moved. Without the place, so that parameters are judged alike. */
export function announcements(before: Announced, after: Announced, nowMs: number): readonly Announcement[] {
  return [...deprecation(before, after), ...sunset(before, after, nowMs), ...stability(before, after)];
}

function deprecation(before: Announced, after: Announced): readonly Announcement[] {
  if (before.deprecated === after.deprecated) return [];
  const base = {
    severity: 'info',
    verdict: 'compatible',
    subject: '',
    before: before.deprecated,
    after: after.deprecated,
  } as const;
  return after.deprecated
    ? [{ id: 'deprecated', ...base, message: after.sunset === undefined ? 'deprecated' : `deprecated, sunset ${after.sunset}` }]
    : [{ id: 'reactivated', ...base, message: 'no longer deprecated' }];
}

function sunset(before: Announced, after: Announced, nowMs: number): readonly Announcement[] {
  if (before.sunset === after.sunset || (before.sunsetMs !== undefined && before.sunsetMs === after.sunsetMs)) return [];
  const common = { before: before.sunset ?? null, after: after.sunset ?? null, subject: `sunset ${after.sunset ?? ''}` };
  const invalid = [before, after].find((one) => one.sunset !== undefined && one.sunsetMs === undefined);
  const breaking = { ...common, severity: 'high', verdict: 'breaking' } as const;
  const harmlessly = { ...common, severity: 'info', verdict: 'compatible' } as const;
  if (invalid !== undefined) return [{ id: 'sunset-invalid', ...breaking, message: `the sunset ${invalid.sunset} is no date` }];
  if (after.sunsetMs === undefined) {
    if (!after.deprecated) return [{ id: 'sunset-deleted', ...harmlessly, message: `no sunset any more (was ${before.sunset})` }];
    return [{ id: 'sunset-deleted', ...breaking, message: `deprecated as before, but its sunset ${before.sunset} is gone` }];
  }
  const days = Math.floor((after.sunsetMs - nowMs) / DAY_MS);
  const isSoon = days < NOTICE_DAYS;
  const when = days < 0 ? `${-days} days ago` : `in ${days} days`;
  if (before.sunsetMs === undefined) {
    return isSoon
      ? [
          {
            id: 'sunset-too-soon',
            ...breaking,
            message: `sunset ${after.sunset}, ${when}; ${NOTICE_DAYS} days of notice are due`,
          },
        ]
      : [{ id: 'sunset-announced', ...harmlessly, message: `sunset ${after.sunset}, ${when}` }];
  }
  const moved = `sunset: ${before.sunset} → ${after.sunset}`;
  if (after.sunsetMs > before.sunsetMs) return [{ id: 'sunset-later', ...harmlessly, message: moved }];
  return isSoon
    ? [{ id: 'sunset-earlier', ...breaking, message: `${moved}, ${when}; ${NOTICE_DAYS} days of notice are due` }]
    : [{ id: 'sunset-earlier', ...common, severity: 'medium', verdict: 'potential', message: moved }];
}

function stability(before: Announced, after: Announced): readonly Announcement[] {
  if (before.stability === after.stability) return [];
  const [from, to] = [before, after].map((one) => stabilities.indexOf(one.stability ?? 'stable'));
  if (from === undefined || to === undefined) return [];
  const common = {
    before: before.stability ?? null,
    after: after.stability ?? null,
    subject: `stability ${after.stability ?? ''}`,
  };
  const message = `x-stability-level: ${before.stability ?? 'stable'} → ${after.stability ?? 'stable'}`;
  if (from < 0 || to < 0)
    return [
      { id: 'stability-level-invalid', ...common, severity: 'high', verdict: 'breaking', message: `${message}, which is none` },
    ];
  return to < from
    ? [{ id: 'stability-decreased', ...common, severity: 'high', verdict: 'breaking', message }]
    : [{ id: 'stability-increased', ...common, severity: 'info', verdict: 'compatible', message }];
}
