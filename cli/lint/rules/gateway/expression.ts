import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'gateway/expression',
  severity: 'error',
  locked: true,
  presets: ['serve', 'recommended'],
  summary: 'Every expression of x-gateway can be compiled: its names are those of the operation, and its types fit.',
  why: 'A name that is not there would refuse everybody, or nobody; at build it is a typing error, in production an outage.',
  fix: 'Correct the name or the type at the character that the finding names.',
  source: 'AZ-1; CEL language definition',
  reportedBy: 'plan',
});
