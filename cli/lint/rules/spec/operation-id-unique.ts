import { placeOf } from '../../../load/document.ts';
import type { ApiOperation } from '../../../resolve/api.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'spec/operation-id-unique',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'An operationId names one operation of its document.',
  why: 'It names the route in metrics, logs and links; two of one name cannot be told apart there.',
  fix: 'Give one of the two another operationId.',
  source: 'OpenAPI Specification 3.2.0 §4.10.1',
  create: ({ report }) => ({
    api({ operations }) {
      const first = new Map<string, ApiOperation>();
      for (const operation of operations) {
        const { operationId, node } = operation;
        if (operationId === undefined) continue;
        const before = first.get(operationId);
        if (before === undefined) first.set(operationId, operation);
        // A path item that two paths share declares its operations once.
        else if (before.node.value !== node.value) {
          report({
            at: { ...placeOf(node), pointer: `${node.pointer}/operationId` },
            message: `The operationId '${operationId}' is also that of ${before.method} ${before.path}`,
            related: [
              { at: { ...placeOf(before.node), pointer: `${before.node.pointer}/operationId` }, message: 'Used here first' },
            ],
            operation,
          });
        }
      }
    },
  }),
});
