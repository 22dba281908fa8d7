import { placeOf } from '../../../load/document.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'governance/summary',
  severity: 'info',
  presets: ['recommended'],
  summary: 'Every listed operation has a summary.',
  why: 'Lists of operations show it, `gw diff` included; without one there is only method and path.',
  fix: 'Say in a few words what the operation does.',
  source: 'OpenAPI Specification 3.2.0 §4.10.1',
  create: ({ effectiveOf, isBuilt, report }) => ({
    operation(operation) {
      const { node, method, path } = operation;
      const { summary } = node.value;
      if (typeof summary === 'string' && summary.trim() !== '') return;
      if (!isBuilt(operation) || effectiveOf(operation).get('visibility')?.node.value === 'unlisted') return;
      report({ at: placeOf(node, 'key'), message: `${method} ${path} has no summary`, operation });
    },
  }),
});
