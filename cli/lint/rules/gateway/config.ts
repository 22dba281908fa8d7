import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'gateway/config',
  severity: 'error',
  locked: true,
  presets: ['serve', 'recommended'],
  summary: 'The gateway file says what it may say, and each value has its form.',
  why: 'A misspelt key would be passed over: a guardrail that guards nothing, a default that holds nowhere.',
  fix: 'Write the key or the value as the message says.',
  source: 'DESIGN §2.2',
  reportedBy: 'config',
});
