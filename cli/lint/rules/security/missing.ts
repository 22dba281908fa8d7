import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'security/missing',
  severity: 'error',
  locked: true,
  presets: ['serve', 'recommended'],
  summary: 'Every operation says who may call it, were it only that anybody may.',
  why: 'An operation that was forgotten would be open to everybody.',
  fix: 'Write security at the operation or the root; for everybody: security: [] and x-gateway.public with the reason.',
  source: 'OpenAPI Specification 3.2.0 §4.30; DESIGN §2.1',
  reportedBy: 'plan',
});
