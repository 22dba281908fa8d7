import { placeOf } from '../../../load/document.ts';
import { below } from '../../../load/pointer.ts';
import { methodFields } from '../../../resolve/objects.ts';
import { isFields } from '../../../resolve/walk.ts';
import { defineRule } from '../../rule.ts';

const standard = methodFields.map((method) => method.toUpperCase());

export default defineRule({
  id: 'spec/additional-operations-3.2',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: '`additionalOperations` names no method that has a field of its own.',
  why: 'The path item would have two places for one method, and one of them would be passed over.',
  fix: 'Move the operation to the field of its method, such as `get`.',
  source: 'OpenAPI Specification 3.2.0 §4.9.1',
  create: ({ report }) => ({
    pathItem(visit) {
      const { additionalOperations } = visit.node.value;
      if (visit.version !== '3.2' || !isFields(additionalOperations)) return;
      for (const method of Object.keys(additionalOperations)) {
        if (!standard.includes(method.toUpperCase())) continue;
        report({
          at: { ...placeOf(visit.node, 'key'), pointer: below(visit.node.pointer, 'additionalOperations', method) },
          message: `${method} has a field of its own`,
          hint: `Write it as '${method.toLowerCase()}' of the path item.`,
          visit,
        });
      }
    },
  }),
});
