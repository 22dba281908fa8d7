import { placeOf } from '../../../load/document.ts';
import { count, object } from '../../../plan/shape.ts';
import { DAY_MS, dateOf, placeId } from '../../lifecycle-values.ts';
import { firstTime } from '../../requirements.ts';
import { defineRule } from '../../rule.ts';

interface OverdueOptions {
  /** How long before the sunset the warnings begin. */
  readonly days: number;
}

export default defineRule<OverdueOptions>({
  id: 'lifecycle/overdue',
  severity: 'error',
  presets: ['recommended'],
  summary: 'Nothing is served past its sunset; 30 days ahead it is a warning.',
  why: 'With afterSunset: serve the gateway keeps a promise of the team: without the team nothing ever ends. Otherwise it answers 410 by itself, and this rule is silent.',
  fix: 'Remove the operation, move the sunset, or remove afterSunset: serve.',
  source: 'RFC 8594 §3; SEMANTICS LC-3',
  options: { shape: object({ days: count(0, 3650) }), defaults: { days: 30 } },
  create: ({ effectiveOf, isBuilt, report, now, options: { days } }) => {
    const isNew = firstTime();
    const today = now === undefined ? undefined : Date.parse(now);
    return {
      operation(operation) {
        if (today === undefined) return;
        const values = effectiveOf(operation);
        const sunset = dateOf(values, 'sunset');
        if (sunset === undefined || values.get('lifecycle.afterSunset')?.node.value !== 'serve') return;
        const left = Math.ceil((sunset.ms - today) / DAY_MS);
        if (left > days || !isBuilt(operation) || !isNew(placeId(sunset.node))) return;
        const { method, path } = operation;
        report({
          at: placeOf(sunset.node),
          message:
            left > 0
              ? `${method} ${path} ends in ${left} days, and nothing ends it`
              : `${method} ${path} is served past its sunset`,
          severity: left > 0 ? 'warn' : 'error',
          operation,
        });
      },
    };
  },
});
