import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'merge/route-ambiguous',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'Of two paths of different documents that one request fits, one is at least as specific in every segment.',
  why: 'Where each is more specific somewhere the order of the segments decides which team answers, and neither can know it from its own document.',
  fix: 'Give one of them a path of its own, or declare what its parameter takes.',
  source: 'SEMANTICS RT-4',
  reportedBy: 'merge',
});
