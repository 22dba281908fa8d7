import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'gateway/inapplicable',
  severity: 'error',
  locked: true,
  presets: ['serve', 'recommended'],
  summary: 'A value applies to the operation that says it.',
  why: 'The author believes that something is done which is not.',
  fix: 'Remove the value, or change what it depends on, as the message says.',
  source: 'DESIGN §2.1',
  reportedBy: 'plan',
});
