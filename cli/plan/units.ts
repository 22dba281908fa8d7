/** Durations, sizes and dates as authors write them: a number with its unit, never a bare number. */
import { invariant } from '../errors.ts';

const DURATION = /^(\d{1,9})(ms|s|m|h|d)$/;
const SIZE = /^(\d{1,9})(B|KiB|MiB|GiB)$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

const MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const BYTES: Readonly<Record<string, number>> = { B: 1, KiB: 1_024, MiB: 1_048_576, GiB: 1_073_741_824 };

/** What each unit looks like, as regular expressions for the editor schema. */
export const patterns = { duration: DURATION.source, size: SIZE.source, date: DATE.source } as const;

/** Milliseconds of `250ms 3s 1m 1h 1d`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  return scaled(DURATION.exec(text), MS);
}

/** Bytes of `512B 64KiB 1MiB 2GiB`; undefined for anything else. */
export function parseSize(text: string): number | undefined {
  return scaled(SIZE.exec(text), BYTES);
}

/** Milliseconds since the epoch of `YYYY-MM-DD` (midnight UTC) or of an RFC 3339 date-time; undefined for anything else. */
export function parseDate(text: string): number | undefined {
  const [, year = '', month = '', day = ''] = DATE.exec(text) ?? [];
  const time = Date.parse(text);
  if (year === '' || Number.isNaN(time)) return undefined;
  // `Date` takes February 30th for March 2nd.
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCDate() === Number(day) ? time : undefined;
}

/** Milliseconds of a text that is known to be a duration. */
export function milliseconds(text: string): number {
  const value = parseDuration(text);
  invariant(value !== undefined, `${text} is a duration`);
  return value;
}

/** Bytes of a text that is known to be a size. */
export function bytes(text: string): number {
  const value = parseSize(text);
  invariant(value !== undefined, `${text} is a size`);
  return value;
}

function scaled(match: RegExpExecArray | null, units: Readonly<Record<string, number>>): number | undefined {
  const factor = units[match?.[2] ?? ''];
  return match === null || factor === undefined ? undefined : Number(match[1]) * factor;
}
