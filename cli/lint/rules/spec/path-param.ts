import { placeOf } from '../../../load/document.ts';
import { nearest } from '../../../nearest.ts';
import type { ApiOperation } from '../../../resolve/api.ts';
import type { Edit } from '../../fix/edit.ts';
import { parameterNames } from '../../path-parameters.ts';
import { defineRule } from '../../rule.ts';

/** The least that can be declared: any text. */
function stub({ node }: ApiOperation, name: string): Edit {
  const { file } = node.document;
  const item = { name, in: 'path', required: true, schema: { type: 'string' } };
  return { do: 'append', file, pointer: node.pointer, key: 'parameters', item };
}

export default defineRule({
  id: 'spec/path-param',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'Every variable of a path template is a parameter `in: path` with `required: true`.',
  why: 'An undeclared variable accepts anything and cannot be validated; one that is not required contradicts the path it stands in.',
  fix: 'Declare the parameter at the path item or the operation.',
  source: 'OpenAPI Specification 3.2.0 §4.8.2, §4.12.2',
  create: ({ report }) => ({
    operation(operation) {
      const { path, method, node } = operation;
      const declared = operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
      const names = parameterNames(path);
      for (const name of names) {
        if (declared.includes(name)) continue;
        const near = nearest(
          name,
          declared.filter((other) => !names.includes(other)),
        );
        report({
          at: placeOf(node, 'key'),
          message: `${method} ${path} does not declare its path parameter '${name}'`,
          hint: near === undefined ? `Add { name: ${name}, in: path, required: true, schema: … }.` : `Did you mean '${near}'?`,
          operation,
          ...(near === undefined ? { fix: [stub(operation, name)] } : {}),
        });
      }
    },
    parameter(visit) {
      const { name, required } = visit.node.value;
      if (visit.node.value.in !== 'path' || required === true) return;
      const isAbsent = required === undefined;
      report({
        at: isAbsent ? placeOf(visit.node, 'key') : { ...placeOf(visit.node), pointer: `${visit.node.pointer}/required` },
        message: `The path parameter '${String(name)}' must say required: true`,
        severity: visit.read ? 'error' : 'warn',
        visit,
      });
    },
  }),
});
