import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'gateway/policy-undefined',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'What a document names from the gateway file is there.',
  why: "A plan that does not exist is never anybody's, so what is written for it never happens.",
  fix: 'Repair the name, or ask the platform team to add it to the gateway file.',
  source: 'DESIGN §2.2',
  reportedBy: 'plan',
});
