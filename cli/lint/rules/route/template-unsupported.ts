import { templateOf } from '../../../merge/merge.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'route/template-unsupported',
  severity: 'error',
  locked: true,
  presets: ['serve', 'recommended'],
  summary:
    'Every path can be matched: variables are closed, named once and apart from each other, and all texts can stand in a request.',
  why: 'A path that no request fits, or that fits in several ways, cannot be served as it is meant. `{id}.json`, `{name}:verb`, `{base}...{head}` and `v{n}` can.',
  fix: 'Write the path that is meant; tell operations of one path apart by `x-gateway.match`.',
  source: 'SEMANTICS RT-2, RT-4',
  create: ({ isBuilt, report }) => ({
    operation(operation) {
      const template = templateOf(operation);
      if (!('problem' in template) || !isBuilt(operation)) return;
      const isMount = 'problem' in templateOf({ ...operation, path: '/' });
      report({
        at: isMount ? operation.mountPlace : operation.pathPlace,
        message: `The path ${operation.mount}${operation.path} ${template.problem}`,
        hint: template.hint,
        operation,
      });
    },
  }),
});
