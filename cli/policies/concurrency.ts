import { defineKey, larger } from '../plan/key.ts';
import { count, duration, object, type TypeOf } from '../plan/shape.ts';
import { milliseconds } from '../plan/units.ts';
import { checkKeys } from './limit-check.ts';
import { amount, amounts, common, type LimitDraft, lowerAmounts, lowerCommon, numbersOf } from './limit-shapes.ts';

/** How many may wait for a slot in each thread, and for how long. */
const waiting = { queue: count(0, 10_000), queueTimeout: duration({ maximum: '60s' }) } as const;

const one = object({ requests: amounts, ...waiting, ...common }, { required: ['requests', 'by'] });
/** Within a plan there is one amount. */
export const planConcurrency = object({ requests: amount, ...waiting, ...common }, { required: ['requests', 'by'] });

type ConcurrencyAuthored = TypeOf<typeof one>;

export default defineKey({
  key: 'limits.concurrency',
  levels: ['root', 'path', 'operation'],
  summary:
    'How many requests at once: from their admission to the end of their answers, streams included. `queue` of a thread may wait for a place.',
  schema: one,
  check(authored, context) {
    checkKeys([authored], context);
    const { queue = 0, queueTimeout, mode } = authored;
    if (queue === 0 && queueTimeout !== undefined)
      context.report("'queueTimeout' means nothing without a queue", "Add 'queue': how many may wait.");
    if (queue > 0 && mode === 'report') context.report("'queue' means nothing to a limit that only reports", 'Remove it.');
  },
  lower: (authored): readonly LimitDraft[] => [lowerConcurrency(authored)],
  compare: larger('weaker', ({ requests }: ConcurrencyAuthored) => Math.max(...numbersOf(requests))),
  stage: 'route',
  runtime: 'plan',
});

/** RL-7. */
export function lowerConcurrency(authored: ConcurrencyAuthored): LimitDraft {
  const { queue = 0, queueTimeout = '1s' } = authored;
  return {
    name: 'concurrency',
    rule: { kind: 'concurrency', queue, maxWaitMs: queue === 0 ? 0 : milliseconds(queueTimeout) },
    amounts: lowerAmounts(authored.requests),
    cost: 1,
    ...lowerCommon(authored),
  };
}
