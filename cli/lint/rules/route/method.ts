import { placeOf } from '../../../load/document.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'route/method',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'No operation is TRACE or CONNECT.',
  why: 'TRACE sends credentials back to whoever asks and CONNECT opens tunnels; the gateway answers both with 405, so the operation is not built.',
  fix: 'Remove the operation, or set `x-gateway.visibility: disabled`.',
  source: 'SEMANTICS RT-7',
  create: ({ isBuilt, report }) => ({
    operation(operation) {
      const { method, path, node } = operation;
      if (!['TRACE', 'CONNECT'].includes(method.toUpperCase()) || !isBuilt(operation)) return;
      report({
        at: placeOf(node, 'key'),
        message: `${method} ${path} is never served`,
        hint: 'Remove it, or set x-gateway.visibility: disabled.',
        operation,
      });
    },
  }),
});
