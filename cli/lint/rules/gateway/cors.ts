import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'gateway/cors',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'Only origins that are listed may call with the credentials of a user.',
  why: 'A browser sends cookies along: every page of an origin that is let in acts as whoever looks at it.',
  fix: 'List the origins, or leave credentials out.',
  source: 'Fetch Standard, CORS protocol and credentials; SEMANTICS CR-3',
  reportedBy: 'plan',
});
