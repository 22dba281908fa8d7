import { placeOf } from '../../../load/document.ts';
import { parseDuration } from '../../../plan/units.ts';
import { placeId } from '../../lifecycle-values.ts';
import { firstTime } from '../../requirements.ts';
import { defineRule } from '../../rule.ts';

/** TO-1: the deadline where none is written. */
const TOTAL = '15s';

export default defineRule({
  id: 'gateway/timeout-budget',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'No step of an exchange is given more time than the whole of it.',
  why: 'The whole ends first: the longer value never happens, and whoever reads it is misled.',
  fix: 'Raise timeouts.total, or lower the step.',
  source: 'SEMANTICS TO-1',
  create: ({ effectiveOf, isBuilt, report }) => {
    const isNew = firstTime();
    return {
      operation(operation) {
        const values = effectiveOf(operation);
        const total = values.get('timeouts.total');
        const written = total?.skipped === undefined ? total?.node.value : undefined;
        const limit = typeof written === 'string' ? written : TOTAL;
        for (const name of ['connect', 'firstByte', 'perTry']) {
          const step = values.get(`timeouts.${name}`);
          const text = step?.node.value;
          if (step === undefined || step.skipped !== undefined || typeof text !== 'string') continue;
          if ((parseDuration(text) ?? 0) <= (parseDuration(limit) ?? Number.POSITIVE_INFINITY)) continue;
          // One deadline of many operations, each with a total of its own, is as wrong as the first.
          if (!isBuilt(operation) || !isNew(placeId(step.node))) continue;
          const related = total === undefined ? [] : [{ at: placeOf(total.node), message: 'The whole' }];
          const whose = total === undefined ? `the ${limit} that gw gives` : `the ${limit} of`;
          report({
            at: placeOf(step.node),
            message: `'${name}' waits ${text}, longer than ${whose} the whole exchange`,
            related,
            operation,
          });
        }
      },
    };
  },
});
