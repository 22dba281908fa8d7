import { templateOf } from '../../../merge/merge.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'route/reserved',
  severity: 'error',
  locked: true,
  presets: ['serve', 'recommended'],
  summary: 'No path claims everything, and none begins with `/__gw`, which is kept for the gateway.',
  why: 'A multi-segment parameter at the root answers whatever no other team declares, mistyped paths included.',
  fix: 'Begin the path with a fixed segment.',
  source: 'SEMANTICS RT-13',
  create: ({ isBuilt, report }) => ({
    operation(operation) {
      const template = templateOf(operation);
      const [first] = 'problem' in template ? [] : template.segments;
      const name = `${operation.method} ${operation.mount}${operation.path}`;
      const problem =
        first?.kind === 'rest'
          ? 'takes every path there is'
          : first?.kind === 'literal' && first.text === '__gw'
            ? 'begins with /__gw, which is kept for the gateway'
            : undefined;
      if (problem === undefined || !isBuilt(operation)) return;
      report({
        at: operation.pathPlace,
        message: `${name} ${problem}`,
        hint: 'Begin the path with a segment of its own.',
        operation,
      });
    },
  }),
});
