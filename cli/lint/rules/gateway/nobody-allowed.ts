import { placeOf } from '../../../load/document.ts';
import { refusesEverybody } from '../../../plan/refuses-everybody.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'gateway/nobody-allowed',
  severity: 'warn',
  presets: ['serve', 'recommended'],
  summary: 'Operations that are closed unless something says who may call say so.',
  why: 'Operations with the tag `admin`, or with `authorize.defaultDeny`, answer 403 to every caller while nothing says who may.',
  fix: 'Set x-gateway.authorize: scopes, roles, an expression or a second factor; or `defaultDeny: false` where every caller may.',
  source: 'SEMANTICS AZ-3',
  create: ({ effectiveOf, isBuilt, report }) => ({
    operation(operation) {
      if (!refusesEverybody(operation, effectiveOf(operation)) || !isBuilt(operation)) return;
      const { method, path, node } = operation;
      report({
        at: placeOf(node, 'key'),
        message: `${method} ${path} refuses everybody: nothing says who may call it`,
        operation,
      });
    },
  }),
});
