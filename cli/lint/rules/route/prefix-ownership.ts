import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'route/prefix-ownership',
  severity: 'error',
  locked: true,
  presets: ['serve', 'recommended'],
  summary: 'Every path lies within the paths that the gateway file gives its team.',
  why: 'Otherwise a document could claim, or move into, the routes of another team.',
  fix: 'Move the path, or let the platform team extend `teams.<team>.paths`.',
  source: 'DESIGN §2.2',
  reportedBy: 'merge',
});
