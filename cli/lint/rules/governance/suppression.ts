import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'governance/suppression',
  severity: 'warn',
  presets: ['serve', 'recommended'],
  summary: 'Every suppression of gateway.yaml has a reason, is still needed, and has not expired.',
  why: 'A forgotten suppression hides the next mistake as well.',
  fix: 'Remove it, or give it a reason and a new date.',
  source: 'DESIGN §2.2',
  reportedBy: 'settle',
});
