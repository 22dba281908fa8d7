import { placeOf } from '../../../load/document.ts';
import { nearest } from '../../../nearest.ts';
import { parameterNames } from '../../path-parameters.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'spec/path-param-unused',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'Every parameter `in: path` is a variable of the path template.',
  why: 'A parameter that the path does not have can never get a value; usually its name is misspelt.',
  fix: 'Use the name that stands between the braces, or remove the parameter.',
  source: 'OpenAPI Specification 3.2.0 §4.12.2',
  create: ({ report }) => ({
    operation(operation) {
      const names = parameterNames(operation.path);
      for (const { name, in: location, node } of operation.parameters) {
        if (location !== 'path' || names.includes(name)) continue;
        const near = nearest(name, names);
        report({
          at: placeOf(operation.node, 'key'),
          message: `${operation.method} ${operation.path} has no variable '${name}', which it declares as a path parameter`,
          ...(near === undefined ? {} : { hint: `Did you mean '${near}'?` }),
          related: [{ at: placeOf(node), message: 'Declared here' }],
          operation,
        });
      }
    },
  }),
});
