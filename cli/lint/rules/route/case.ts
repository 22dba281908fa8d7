import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'route/case',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'No two paths differ only by upper and lower case.',
  why: 'Paths are compared with their case, so both exist, and a client that writes the wrong one calls the other operation.',
  fix: 'Write both alike.',
  source: 'SEMANTICS RT-4',
  reportedBy: 'merge',
});
