import { placeOf } from '../../../load/document.ts';
import { member } from '../../../load/pointer.ts';
import { habits } from '../../habit.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'governance/description',
  severity: 'info',
  presets: ['recommended'],
  summary: 'Every document and every listed operation has a description.',
  why: 'The published document is what callers read; what is missing there they ask the team.',
  fix: 'Say what the operation does, what it needs, and what it answers.',
  source: 'OpenAPI Specification 3.2.0 §4.2, §4.10.1',
  create: ({ effectiveOf, isBuilt, report }) => {
    const found = habits(report, (count, title) => ({ message: `Nothing describes ${count} operations of ${title}` }));
    return {
      info(visit) {
        if (!isText(visit.node.value.description))
          report({ at: placeOf(visit.node, 'key'), message: 'Nothing describes this API', visit });
      },
      operation(operation) {
        const { api, node, method, path } = operation;
        if (isText(member(node.value, 'description')) || !isBuilt(operation)) return;
        if (effectiveOf(operation).get('visibility')?.node.value === 'unlisted') return;
        found.add(api, { at: placeOf(node, 'key'), message: `Nothing describes ${method} ${path}`, operation });
      },
      end: () => found.tell(),
    };
  },
});

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}
