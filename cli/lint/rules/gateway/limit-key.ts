import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'gateway/limit-key',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'Every caller of an operation is counted by something it cannot choose.',
  why: 'A limit that does not know whom it counts limits nobody.',
  fix: 'Count by ip where callers may be unknown: `requests: { anonymous: … }`, or `by` with ip or consumer.',
  source: 'SEMANTICS RL-10',
  reportedBy: 'plan',
});
