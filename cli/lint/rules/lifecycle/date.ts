import { placeOf } from '../../../load/document.ts';
import { dateOf, placeId } from '../../lifecycle-values.ts';
import { firstTime } from '../../requirements.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'lifecycle/date',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'An operation ends after it was deprecated.',
  why: 'Callers would read of the end before the announcement. (What is no date at all is an error of `gateway/schema`.)',
  fix: 'Repair the one that was mistyped.',
  source: 'RFC 9745 §4; RFC 8594 §3; SEMANTICS LC-1',
  create: ({ effectiveOf, isBuilt, report }) => {
    const isNew = firstTime();
    return {
      operation(operation) {
        const values = effectiveOf(operation);
        const [deprecated, sunset] = [dateOf(values, 'deprecated'), dateOf(values, 'sunset')];
        if (deprecated === undefined || sunset === undefined || sunset.ms >= deprecated.ms) return;
        if (!isBuilt(operation) || !isNew(`${placeId(deprecated.node)} ${placeId(sunset.node)}`)) return;
        report({
          at: placeOf(sunset.node),
          message: `The sunset ${sunset.text} is before the deprecation ${deprecated.text}`,
          related: [{ at: placeOf(deprecated.node), message: 'The deprecation' }],
          operation,
        });
      },
    };
  },
});
