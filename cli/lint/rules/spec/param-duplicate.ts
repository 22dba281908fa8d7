import { placeOf } from '../../../load/document.ts';
import { parameterKey, readParameters } from '../../../resolve/read-api.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'spec/param-duplicate',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'A path item or operation declares each parameter once: one name and place, one definition.',
  why: 'Which of the two the gateway validates with would be a guess. (An operation may well replace a parameter of its path item.)',
  fix: 'Remove one of the two.',
  source: 'OpenAPI Specification 3.2.0 §4.10.1',
  create: ({ report, resolver }) => ({
    object(visit) {
      if (visit.kind !== 'operation' && visit.kind !== 'pathItem') return;
      const first = new Map<string, ReturnType<typeof readParameters>[number]>();
      for (const parameter of readParameters(visit.node, resolver)) {
        const before = first.get(parameterKey(parameter));
        if (before === undefined) {
          first.set(parameterKey(parameter), parameter);
          continue;
        }
        report({
          // The list is at fault, not the parameter: both may be references to the same one.
          at: parameter.writtenAt,
          message: `The ${parameter.in} parameter '${parameter.name}' is declared twice here`,
          severity: visit.read ? 'error' : 'warn',
          related: [{ at: placeOf(before.node), message: 'Declared here first' }],
          visit,
        });
      }
    },
  }),
});
