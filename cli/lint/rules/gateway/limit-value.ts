import { placeOf } from '../../../load/document.ts';
import { below, member } from '../../../load/pointer.ts';
import { count, object } from '../../../plan/shape.ts';
import { parseDuration } from '../../../plan/units.ts';
import { isFields } from '../../../resolve/walk.ts';
import { placeId } from '../../lifecycle-values.ts';
import { limitsOf } from '../../limits-of.ts';
import { firstTime } from '../../requirements.ts';
import { defineRule, type Finding } from '../../rule.ts';

interface LimitValueOptions {
  /** Requests per second of one key above which a limit limits nothing. */
  readonly perSecond: number;
}

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;

export default defineRule<LimitValueOptions>({
  id: 'gateway/limit-value',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'The numbers of a limit limit something, and in a time that callers can wait for.',
  why: 'A window of days locks a caller out for days, one below a second says nothing a caller could keep to, and a number nobody reaches protects nothing.',
  fix: 'Count by second, minute or hour; what counts by day or month is a quota.',
  source: 'SEMANTICS RL-1 to RL-5',
  options: { shape: object({ perSecond: count(1) }), defaults: { perSecond: 10_000 } },
  create: ({ effectiveOf, isBuilt, report, options: { perSecond } }) => {
    const isNew = firstTime();
    return {
      operation(operation) {
        for (const { key, node } of limitsOf(effectiveOf(operation))) {
          if (key !== 'limits.rate' || !isFields(node.value) || !isNew(placeId(node)) || !isBuilt(operation)) continue;
          const { requests, per, burst } = node.value;
          const say = (keys: readonly string[], message: string, hint?: string): void => {
            const finding: Finding = { at: { ...placeOf(node), pointer: below(node.pointer, ...keys) }, message, operation };
            report(hint === undefined ? finding : { ...finding, hint });
          };
          const perMs = typeof per === 'string' ? parseDuration(per) : undefined;
          if (perMs === undefined) continue;
          if (perMs < SECOND_MS)
            say(['per'], `Counting by ${String(per)} says nothing a caller could keep to`, 'Count by second.');
          if (perMs > DAY_MS) say(['per'], `A caller over the limit may have to wait ${String(per)}`, 'Use limits.quota.');
          for (const [keys, amount] of amountsOf(requests)) {
            if ((amount * SECOND_MS) / perMs > perSecond)
              say(keys, `${amount} in ${String(per)} limits nothing: it is more than ${perSecond} a second`);
            if (typeof burst === 'number' && burst > amount * 100)
              say(['burst'], `A burst of ${burst} is more than 100 times what is allowed in ${String(per)}`);
          }
          const [anonymous, ...known] = isFields(requests)
            ? [
                member(requests, 'anonymous'),
                ...Object.entries(requests).flatMap(([plan, amount]) => (plan === 'anonymous' ? [] : [Number(amount)])),
              ]
            : [];
          if (typeof anonymous === 'number' && known.length > 0 && anonymous > Math.max(...known))
            say(['requests', 'anonymous'], 'Whoever sends no credential is given more than everybody else');
        }
      },
    };
  },
});

function amountsOf(requests: unknown): readonly (readonly [readonly string[], number])[] {
  if (typeof requests === 'number') return [[['requests'], requests]];
  if (!isFields(requests)) return [];
  return Object.entries(requests).flatMap(([plan, amount]) =>
    typeof amount === 'number' ? [[['requests', plan], amount] as const] : [],
  );
}
