import type { RuleOptions } from '../../runtime/limits/limit.ts';
import { defineKey } from '../plan/key.ts';
import { duration, object, oneOf, oneOrMany, type TypeOf } from '../plan/shape.ts';
import { milliseconds } from '../plan/units.ts';
import { checkBodyCosts, checkKeys } from './limit-check.ts';
import {
  type AmountsAuthored,
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

const members = {
  per: duration({ maximum: '366d' }),
  algorithm: oneOf('tokenBucket', 'fixedWindow', 'slidingWindow', 'slidingLog', 'leakyBucket'),
  burst: amount,
  maxDelay: duration({ minimum: '0ms', maximum: '60s' }),
  cost,
  counting,
  ...common,
} as const;

const one = object({ requests: amounts, ...members }, { required: ['requests', 'per', 'by'] });
/** Within a plan there is one amount. */
export const planRate = oneOrMany(
  object({ requests: amount, ...members, cost: planCost }, { required: ['requests', 'per', 'by'] }),
);

export type RateAuthored = TypeOf<typeof one>;

/** A list of limits, or the only one. */
export function listOf<T>(authored: T | readonly T[]): readonly T[] {
  return Array.isArray(authored) ? authored : [authored as T];
}

const key = defineKey({
  key: 'limits.rate',
  levels: ['root', 'path', 'operation'],
  summary: 'How many requests in how much time: one limit, or a list that all apply. Counts where it is written.',
  schema: oneOrMany(one),
  check(authored, context) {
    const limits = listOf(authored);
    checkKeys(limits, context);
    checkBodyCosts(limits, context);
    for (const limit of limits) {
      const { burst, requests, algorithm = 'tokenBucket', maxDelay } = limit;
      const reserve = reserveOf(limit.cost);
      checkCounting(
        limit,
        { name: algorithm, isPlain: algorithm !== 'leakyBucket' && algorithm !== 'slidingLog' },
        context.report,
      );
      const room = burst ?? Math.min(...numbersOf(requests));
      if (reserve > room && algorithm !== 'leakyBucket')
        context.report(`A request costs ${reserve} and there is never more than ${room}: no request could pass`);
      if (burst !== undefined && algorithm !== 'tokenBucket' && algorithm !== 'leakyBucket')
        context.report(`'burst' means nothing to ${algorithm}`, 'Remove it, or use tokenBucket.');
      if (maxDelay !== undefined && algorithm !== 'leakyBucket')
        context.report(`'maxDelay' means nothing to ${algorithm}`, 'Remove it, or use leakyBucket.');
      if (algorithm === 'slidingLog' && Math.max(...numbersOf(requests)) > LONGEST_LOG)
        context.report(`slidingLog remembers every request, at most ${LONGEST_LOG}`, 'Use slidingWindow.');
    }
  },
  lower: (authored): readonly LimitDraft[] => listOf(authored).map(lowerRate),
  compare: {
    larger: 'weaker',
    magnitude: (authored) => Math.min(...listOf(authored).map((limit) => Math.max(...speeds(limit)))),
    within: (authored, bound) =>
      listOf(bound).every((other) =>
        listOf(authored).some((limit) => speedOf(limit) <= speedOf(other) && burstOf(limit) <= burstOf(other)),
      ),
  },
  stage: 'route',
  runtime: 'plan',
});

export default key;

/** RL-3. */
const LONGEST_LOG = 10_000;

export function lowerRate(authored: RateAuthored | (Omit<RateAuthored, 'requests'> & { readonly requests: number })): LimitDraft {
  const { requests, per, algorithm = 'tokenBucket', burst, maxDelay = '1s' } = authored;
  return {
    name: 'rate',
    rule: ruleOf(algorithm, milliseconds(per), burst, milliseconds(maxDelay), requests),
    amounts: lowerAmounts(requests),
    ...lowerCost(authored.cost),
    ...(authored.counting === 'leased' ? { leased: true } : {}),
    ...lowerCommon(authored),
  };
}

function ruleOf(
  algorithm: NonNullable<RateAuthored['algorithm']>,
  perMs: number,
  burst: number | undefined,
  maxDelayMs: number,
  requests: AmountsAuthored,
): RuleOptions {
  switch (algorithm) {
    case 'tokenBucket':
      return { kind: 'bucket', perMs, ...(burst === undefined ? {} : { burst }) };
    case 'leakyBucket':
      return { kind: 'leaky', perMs, queue: burst ?? Math.max(...numbersOf(requests)), maxDelayMs };
    case 'fixedWindow':
      return { kind: 'window', perMs };
    case 'slidingWindow':
      return { kind: 'sliding', perMs };
    case 'slidingLog':
      return { kind: 'log', perMs };
  }
}

/** Requests per second, for each plan. */
function speeds({ requests, per, cost: paid }: RateAuthored): readonly number[] {
  return numbersOf(requests).map((number) => (number * 1_000) / milliseconds(per) / Math.max(1, reserveOf(paid)));
}

function speedOf(limit: RateAuthored): number {
  return Math.max(...speeds(limit));
}

function burstOf({ requests, burst }: RateAuthored): number {
  return burst ?? Math.max(...numbersOf(requests));
}
