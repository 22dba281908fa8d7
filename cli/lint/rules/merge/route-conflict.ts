import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'merge/route-conflict',
  severity: 'error',
  locked: true,
  presets: ['serve', 'recommended'],
  summary: 'No two documents claim one route: host, method, mount and template (names of parameters erased) and conditions.',
  why: 'One request fits both, and only one team can answer it.',
  fix: 'Give one of them another path, mount or `x-gateway.match`.',
  source: 'DESIGN §2.1',
  reportedBy: 'merge',
});
