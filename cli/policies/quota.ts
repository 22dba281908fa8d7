import { defineKey, larger } from '../plan/key.ts';
import { count, flag, object, oneOf, oneOrMany, type Shape, type TypeOf } from '../plan/shape.ts';
import { checkBodyCosts, checkKeys } from './limit-check.ts';
import {
  amount,
  amounts,
  checkCounting,
  common,
  cost,
  counting,
  type LimitDraft,
  lowerAmounts,
  lowerCommon,
  lowerCost,
  numbersOf,
  planCost,
  reserveOf,
} from './limit-shapes.ts';
import { listOf } from './rate.ts';

const timezone: Shape<string> = {
  schema: { type: 'string', minLength: 1 },
  check(value, keys, report) {
    if (typeof value !== 'string' || !isTimezone(value))
      report(keys, 'value', "'timezone' must be the name of a time zone", 'Such as UTC or Europe/Berlin.');
  },
};

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const members = {
  per: oneOf('day', 'week', 'month'),
  timezone,
  startDay: count(1, 31),
  soft: flag,
  cost,
  counting,
  ...common,
} as const;

const one = object({ requests: amounts, ...members }, { required: ['requests', 'per', 'by'] });
/** Within a plan there is one amount. */
export const planQuota = oneOrMany(
  object({ requests: amount, ...members, cost: planCost }, { required: ['requests', 'per', 'by'] }),
);

type QuotaAuthored = TypeOf<typeof one>;

const DAYS = { day: 1, week: 7, month: 30 } as const;

export default defineKey({
  key: 'limits.quota',
  levels: ['root', 'path', 'operation'],
  summary:
    'How many requests in a day, a week from Monday, or a month of the calendar (from `startDay`). Counts where it is written.',
  schema: oneOrMany(one),
  check(authored, context) {
    const limits = listOf(authored);
    checkKeys(limits, context);
    checkBodyCosts(limits, context);
    for (const limit of limits) {
      const { requests, per, startDay, soft = false } = limit;
      if (startDay !== undefined && per !== 'month')
        context.report(`'startDay' means nothing to a quota of a ${per}`, 'Remove it, or count by month.');
      const reserve = reserveOf(limit.cost);
      checkCounting(limit, { name: 'a soft quota', isPlain: !soft }, context.report);
      const least = Math.min(...numbersOf(requests));
      if (reserve > least)
        context.report(`A request costs ${reserve} and there is never more than ${least}: no request could pass`);
    }
  },
  lower: (authored): readonly LimitDraft[] => listOf(authored).map(lowerQuota),
  compare: larger('weaker', (authored: QuotaAuthored | readonly QuotaAuthored[]) =>
    Math.min(...listOf(authored).map(({ requests, per }) => Math.max(...numbersOf(requests)) / DAYS[per])),
  ),
  stage: 'route',
  runtime: 'plan',
});

export function lowerQuota(authored: QuotaAuthored): LimitDraft {
  const { requests, per, timezone: zone = 'UTC', startDay = 1, soft = false } = authored;
  return {
    name: `quota-${per}`,
    rule: {
      kind: 'quota',
      period: per,
      timezone: zone,
      ...(startDay === 1 || per !== 'month' ? {} : { startDay }),
      ...(soft ? { soft: true } : {}),
    },
    amounts: lowerAmounts(requests),
    ...lowerCost(authored.cost),
    ...(authored.counting === 'leased' ? { leased: true } : {}),
    ...lowerCommon(authored),
  };
}
