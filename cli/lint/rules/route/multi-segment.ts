import { multiSegmentNames, templateOf } from '../../../merge/merge.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'route/multi-segment',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'A parameter with `x-gateway: { multiSegment: true }` is the whole last segment of its path.',
  why: 'Behind it nothing could say where the parameter ends, so it would be served as an ordinary one.',
  fix: 'Put the parameter at the end of the path, or remove `multiSegment`.',
  source: 'DESIGN §2.1',
  create: ({ isBuilt, report }) => ({
    operation(operation) {
      const marked = multiSegmentNames(operation);
      if (marked.size === 0 || !isBuilt(operation)) return;
      const template = templateOf(operation);
      if ('problem' in template) return;
      const last = template.segments.at(-1);
      const rest = last?.kind === 'rest' ? template.names[last.parameter] : undefined;
      for (const name of marked) {
        if (name === rest) continue;
        const parameter = operation.parameters.find((one) => one.name === name && one.in === 'path');
        if (parameter === undefined) continue;
        const { document, pointer } = parameter.node;
        report({
          at: { file: document.file, pointer: `${pointer}/x-gateway/multiSegment`, part: 'key' },
          message: `The parameter '${name}' may take several segments, but is not the whole last one of ${operation.path}`,
          hint: 'Put it at the end of the path, or remove multiSegment.',
          related: [{ at: operation.pathPlace, message: 'The path' }],
          operation,
        });
      }
    },
  }),
});
