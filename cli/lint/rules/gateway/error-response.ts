import { placeOf } from '../../../load/document.ts';
import { below } from '../../../load/pointer.ts';
import { limitsOf } from '../../limits-of.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'gateway/error-response',
  severity: 'info',
  presets: ['recommended'],
  summary: 'An operation describes at least one of the errors that the gateway answers for it.',
  why: 'Generated clients know no other answers than those that are described; the gateway answers 400, 401, 403, 413, 429, 502 and 504 by itself.',
  fix: 'Describe 4XX and 5XX, or `default`, by one shared response with application/problem+json.',
  source: 'RFC 9457 §3; SEMANTICS 0.2',
  create: ({ effectiveOf, isBuilt, report }) => ({
    operation(operation) {
      const { node, method, path, responses, security } = operation;
      const statuses = [...responses.keys()];
      if (statuses.some((status) => /^(?:default$|[45])/i.test(status)) || !isBuilt(operation)) return;
      const values = effectiveOf(operation);
      if (values.has('redirect') || values.has('mock')) return;
      const possible = [
        ...((security?.value ?? []).length > 0 ? ['401', '403'] : []),
        ...(limitsOf(values).length > 0 ? ['429'] : []),
        '502',
        '504',
      ];
      const at =
        node.value.responses === undefined
          ? placeOf(node, 'key')
          : { ...placeOf(node, 'key'), pointer: below(node.pointer, 'responses') };
      report({
        at,
        message: `${method} ${path} describes no error, and the gateway may answer ${possible.join(', ')}`,
        operation,
      });
    },
  }),
});
