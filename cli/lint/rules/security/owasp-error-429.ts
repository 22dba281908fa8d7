import { placeOf } from '../../../load/document.ts';
import { below } from '../../../load/pointer.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'security/owasp-error-429',
  severity: 'warn',
  presets: ['owasp'],
  summary: 'Every operation describes 429.',
  why: 'Clients that do not know it send the next request at once, where they should wait.',
  fix: 'Describe 429, 4XX or default by one shared response with Retry-After.',
  source: 'OWASP API Security Top 10 2023, API4; RFC 6585 §4',
  create: ({ isBuilt, report }) => ({
    operation(operation) {
      const { method, path, node, responses } = operation;
      if (['429', '4XX', '4xx', 'default'].some((status) => responses.has(status)) || !isBuilt(operation)) return;
      const at = { ...placeOf(node, 'key'), pointer: below(node.pointer, 'responses') };
      report({ at, message: `${method} ${path} does not describe 429`, operation });
    },
  }),
});
