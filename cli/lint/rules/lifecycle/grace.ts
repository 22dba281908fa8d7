import { placeOf } from '../../../load/document.ts';
import { count, object } from '../../../plan/shape.ts';
import { DAY_MS, dateOf, placeId } from '../../lifecycle-values.ts';
import { firstTime } from '../../requirements.ts';
import { defineRule } from '../../rule.ts';

interface GraceOptions {
  readonly days: number;
}

export default defineRule<GraceOptions>({
  id: 'lifecycle/grace',
  severity: 'error',
  presets: ['recommended'],
  summary: 'Between the deprecation of an operation and its sunset lie 180 days, unless set otherwise.',
  why: 'Callers need time to move, and they were promised some.',
  fix: 'Move the sunset, or lower the days for a gateway whose callers are all in house.',
  source: 'LINT §6.1 F; SEMANTICS LC-1',
  options: { shape: object({ days: count(0, 3650) }), defaults: { days: 180 } },
  create: ({ effectiveOf, isBuilt, report, options: { days } }) => {
    const isNew = firstTime();
    return {
      operation(operation) {
        const values = effectiveOf(operation);
        const [deprecated, sunset] = [dateOf(values, 'deprecated'), dateOf(values, 'sunset')];
        if (deprecated === undefined || sunset === undefined) return;
        const given = Math.floor((sunset.ms - deprecated.ms) / DAY_MS);
        // An end before the announcement is another rule's.
        if (given < 0 || given >= days || !isBuilt(operation)) return;
        if (!isNew(`${placeId(deprecated.node)} ${placeId(sunset.node)}`)) return;
        report({
          at: placeOf(sunset.node),
          message: `Callers are given ${given} days, fewer than ${days}`,
          hint: `The earliest sunset is ${new Date(deprecated.ms + days * DAY_MS).toISOString().slice(0, 10)}.`,
          related: [{ at: placeOf(deprecated.node), message: 'The deprecation' }],
          operation,
        });
      },
    };
  },
});
