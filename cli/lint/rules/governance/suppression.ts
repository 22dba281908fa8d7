import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'governance/suppression',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'Every suppression, in gateway.yaml or in a document, has a reason, is still needed, and has not expired.',
  why: 'A forgotten suppression hides the next mistake as well. A document cannot suppress a locked rule: only the platform team can.',
  fix: 'Remove it, or give it a reason and a new date.',
  source: 'DESIGN §2.2, L11 to L12',
  reportedBy: 'settle',
});
