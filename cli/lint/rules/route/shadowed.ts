import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'route/shadowed',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'Every operation is reached by some request.',
  why: 'An operation that others hide is published and never answers: whoever relies on its policies relies on nothing.',
  fix: 'Remove it, or the routes that hide it.',
  source: 'SEMANTICS RT-4',
  reportedBy: 'merge',
});
