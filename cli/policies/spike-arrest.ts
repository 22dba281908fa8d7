import { defineKey, larger } from '../plan/key.ts';
import { either, isText, object, text } from '../plan/shape.ts';
import { checkKeys } from './limit-check.ts';
import { type CommonAuthored, common, type LimitDraft, lowerCommon } from './limit-shapes.ts';

const speed = text({ pattern: /^[1-9]\d{0,8}\/[smh]$/, says: 'a number per second, minute or hour, such as 10/s' });
const shape = either({ when: isText, shape: speed }, object({ rate: speed, ...common }, { required: ['rate'] }));

/** Within a plan it is the same. */
export const planSpikeArrest = shape;

type SpikeArrestAuthored = string | (CommonAuthored & { readonly rate: string });

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

export default defineKey({
  key: 'limits.spikeArrest',
  levels: ['root', 'path', 'operation'],
  summary: 'Requests one by one: 10/s lets one pass every 100 ms, whoever calls unless `by` says otherwise.',
  schema: shape,
  check(authored, context) {
    checkKeys(typeof authored === 'string' ? [] : [authored], context);
  },
  lower: (authored): readonly LimitDraft[] => [lowerSpikeArrest(authored)],
  compare: larger('weaker', (authored: SpikeArrestAuthored) => {
    const { amount, perMs } = speedOf(authored);
    return (amount * 1_000) / perMs;
  }),
  stage: 'route',
  runtime: 'plan',
});

/** RL-6: a bucket that holds one. */
export function lowerSpikeArrest(authored: SpikeArrestAuthored): LimitDraft {
  const { amount, perMs } = speedOf(authored);
  return {
    name: 'spike-arrest',
    rule: { kind: 'bucket', perMs, burst: 1 },
    amounts: { plans: [], otherwise: amount },
    cost: 1,
    ...lowerCommon(typeof authored === 'string' ? {} : authored),
  };
}

function speedOf(authored: SpikeArrestAuthored): { readonly amount: number; readonly perMs: number } {
  const [amount = '', unit = ''] = (typeof authored === 'string' ? authored : authored.rate).split('/');
  return { amount: Number(amount), perMs: unit === 's' || unit === 'm' || unit === 'h' ? UNIT_MS[unit] : UNIT_MS.s };
}
