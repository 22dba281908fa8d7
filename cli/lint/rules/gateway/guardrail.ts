import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'gateway/guardrail',
  severity: 'error',
  locked: true,
  presets: ['serve', 'recommended'],
  summary: 'The effective values of every route meet the guardrails of the gateway file.',
  why: 'A guardrail is what the platform promises for every route, whoever wrote its document.',
  fix: 'Change the value, or let the platform team add an exception with its reason.',
  source: 'DESIGN §2.2',
  reportedBy: 'plan',
});
