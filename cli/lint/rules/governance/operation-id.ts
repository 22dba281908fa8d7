import { placeOf } from '../../../load/document.ts';
import { below } from '../../../load/pointer.ts';
import { habits } from '../../habit.ts';
import { defineRule } from '../../rule.ts';

const hint = 'Begin with a letter; use letters, digits, dot, dash and underscore.';

export default defineRule({
  id: 'governance/operation-id',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'Every operation has an operationId of letters, digits, dot, dash and underscore.',
  why: 'It names the route in logs, metrics and `gw diff`, and the method of generated clients. One made of method and path changes whenever the path does.',
  fix: 'Give each operation a name such as getOrder, and keep it.',
  source: 'OpenAPI Specification 3.2.0 §4.10.1; SEMANTICS RT-13',
  create: ({ isBuilt, report }) => {
    const unsafe = habits(report, (count, title) => ({
      message: `${count} operationIds of ${title} cannot stand in a URL or a metric as they are`,
      hint,
    }));
    return {
      operation(operation) {
        const { api, operationId, node, method, path } = operation;
        const isSafe = operationId !== undefined && /^[A-Za-z][A-Za-z0-9._-]*$/.test(operationId);
        if (isSafe || !isBuilt(operation)) return;
        if (operationId === undefined) {
          report({ at: placeOf(node, 'key'), message: `${method} ${path} has no operationId`, operation });
          return;
        }
        const at = { ...placeOf(node), pointer: below(node.pointer, 'operationId') };
        unsafe.add(api, { at, message: `'${operationId}' cannot stand in a URL or a metric as it is`, hint, operation });
      },
      end: () => unsafe.tell(),
    };
  },
});
