import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'spec/ref-remote',
  severity: 'error',
  locked: true,
  presets: ['serve', 'recommended'],
  summary: 'No reference leads to a network address.',
  why: 'A build that fetches is neither reproducible nor safe: whoever answers decides what the gateway enforces.',
  fix: 'Copy what is referenced into the repository.',
  source: 'DESIGN §4',
  reportedBy: 'resolve',
});
