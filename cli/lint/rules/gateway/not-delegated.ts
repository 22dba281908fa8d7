import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'gateway/not-delegated',
  severity: 'error',
  locked: true,
  presets: ['serve', 'recommended'],
  summary: 'A document only names what the platform team defines, unless its team was granted more.',
  why: 'A team could satisfy a guardrail with an issuer, an upstream or a host of its own.',
  fix: 'Use a name of the gateway file, or ask for a grant: teams.<team>.may.',
  source: 'DESIGN §2.2',
  reportedBy: 'plan',
});
