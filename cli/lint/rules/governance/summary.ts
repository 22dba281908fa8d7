import { placeOf } from '../../../load/document.ts';
import { habits } from '../../habit.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'governance/summary',
  severity: 'info',
  presets: ['recommended'],
  summary: 'Every listed operation has a summary.',
  why: 'Lists of operations show it, `gw diff` included; without one there is only method and path.',
  fix: 'Say in a few words what the operation does.',
  source: 'OpenAPI Specification 3.2.0 §4.10.1',
  create: ({ effectiveOf, isBuilt, report }) => {
    const found = habits(report, (count, title) => ({ message: `${count} operations of ${title} have no summary` }));
    return {
      operation(operation) {
        const { api, node, method, path } = operation;
        const { summary } = node.value;
        if (typeof summary === 'string' && summary.trim() !== '') return;
        if (!isBuilt(operation) || effectiveOf(operation).get('visibility')?.node.value === 'unlisted') return;
        found.add(api, { at: placeOf(node, 'key'), message: `${method} ${path} has no summary`, operation });
      },
      end: () => found.tell(),
    };
  },
});
