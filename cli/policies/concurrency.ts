import { defineKey, larger } from '../plan/key.ts';
import { object, type TypeOf } from '../plan/shape.ts';
import { checkKeys } from './limit-check.ts';
import { amount, amounts, common, type LimitDraft, lowerAmounts, lowerCommon, numbersOf } from './limit-shapes.ts';

const one = object({ requests: amounts, ...common }, { required: ['requests', 'by'] });
/** Within a plan there is one amount. */
export const planConcurrency = object({ requests: amount, ...common }, { required: ['requests', 'by'] });

type ConcurrencyAuthored = TypeOf<typeof one>;

export default defineKey({
  key: 'limits.concurrency',
  levels: ['root', 'path', 'operation'],
  summary: 'How many requests at once: from their admission to the end of their answers, streams included.',
  schema: one,
  check(authored, context) {
    checkKeys([authored], context);
  },
  lower: (authored): readonly LimitDraft[] => [lowerConcurrency(authored)],
  compare: larger('weaker', ({ requests }: ConcurrencyAuthored) => Math.max(...numbersOf(requests))),
  stage: 'route',
  runtime: 'plan',
});

export function lowerConcurrency(authored: ConcurrencyAuthored): LimitDraft {
  return {
    name: 'concurrency',
    rule: { kind: 'concurrency', queue: 0, maxWaitMs: 0 },
    amounts: lowerAmounts(authored.requests),
    cost: 1,
    ...lowerCommon(authored),
  };
}
