import type { Period } from './limit.ts';

const DAY_MS = 86_400_000;

/**
 * The calendar period that holds an instant, in a time zone: days, weeks from Monday, months from a day of theirs, which is the last one
 * of months that are too short for it. Begins where the local date begins, also where clocks change at midnight. Remembers the last one, so that most calls compare two numbers.
 */
export class CalendarPeriods {
  readonly #period: Period;
  readonly #startDay: number;
  readonly #format: Intl.DateTimeFormat;
  /** Milliseconds since the epoch; the end belongs to the next period. */
  startMs = 0;
  endMs = 0;

  /**
   * @param startDay of months, 1 to 31
   * @throws RangeError when there is no such time zone
   */
  constructor(period: Period, timezone: string, startDay = 1) {
    this.#period = period;
    this.#startDay = startDay;
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      calendar: 'iso8601',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
  }

  /** Sets `startMs` and `endMs` to the period that holds `wallMs`. */
  moveTo(wallMs: number): void {
    if (wallMs >= this.startMs && wallMs < this.endMs) return;
    const local = new Date(this.#localTime(wallMs));
    const [year, month] = [local.getUTCFullYear(), local.getUTCMonth()];
    let day = local.getUTCDate();
    if (this.#period === 'week') day -= (local.getUTCDay() + 6) % 7;
    if (this.#period === 'month') {
      const first = day < this.#dayIn(year, month) ? month - 1 : month;
      this.startMs = this.#beginOf(Date.UTC(year, first, this.#dayIn(year, first)));
      this.endMs = this.#beginOf(Date.UTC(year, first + 1, this.#dayIn(year, first + 1)));
      return;
    }
    this.startMs = this.#beginOf(Date.UTC(year, month, day));
    this.endMs = this.#beginOf(Date.UTC(year, month, day + (this.#period === 'week' ? 7 : 1)));
  }

  /** On which day of this month a month begins. */
  #dayIn(year: number, month: number): number {
    return Math.min(this.#startDay, new Date(Date.UTC(year, month + 1, 0)).getUTCDate());
  }

  /** The first instant whose local time is at or after this midnight, given as if the zone were UTC. */
  #beginOf(midnight: number): number {
    const candidates = [midnight - DAY_MS, midnight + DAY_MS].map((near) => midnight - (this.#localTime(near) - near));
    const reached = candidates.filter((instant) => this.#localTime(instant) >= midnight);
    return Math.min(...(reached.length === 0 ? candidates : reached));
  }

  /** The local date and time of an instant, as if the zone were UTC; whole seconds. */
  #localTime(instant: number): number {
    const fields = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
    const whole = Math.floor(instant / 1_000) * 1_000;
    for (const { type, value } of this.#format.formatToParts(whole)) {
      if (type in fields) Object.assign(fields, { [type]: Number(value) });
    }
    return Date.UTC(fields.year, fields.month - 1, fields.day, fields.hour, fields.minute, fields.second);
  }
}
