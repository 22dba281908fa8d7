import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'merge/route-takeover',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'No document takes requests from a route of another team.',
  why: 'A fixed path beside the parameter of another team (`/users/me` beside `/users/{id}`), or an extra condition on its path, silently ends requests there that arrived before.',
  fix: 'Ask the other team; when it agrees, add the finding to `lint.suppress` of the gateway file with the reason.',
  source: 'SEMANTICS RT-4',
  reportedBy: 'merge',
});
