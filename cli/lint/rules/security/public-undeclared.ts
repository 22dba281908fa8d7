import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'security/public-undeclared',
  severity: 'error',
  locked: true,
  presets: ['serve', 'recommended'],
  summary: 'What anybody may call says why.',
  why: 'Nobody can tell a decision from an oversight.',
  fix: 'Write the reason: x-gateway.public.',
  source: 'DESIGN §2.1',
  reportedBy: 'plan',
});
