import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'governance/suppression',
  severity: 'info',
  presets: ['recommended'],
  summary:
    'What is suppressed is counted; a suppression without a reason, one that silences nothing or has expired, and one of a locked rule in a document are errors.',
  why: 'A forgotten suppression hides the next mistake as well. A document cannot suppress a locked rule: only the platform team can.',
  fix: 'Remove it, or give it a reason and a new date.',
  source: 'DESIGN §2.2, L11 to L12',
  reportedBy: 'settle',
});
