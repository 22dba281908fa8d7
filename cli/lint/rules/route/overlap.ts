import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'route/overlap',
  severity: 'info',
  presets: ['recommended'],
  summary: 'Names the requests that a fixed path takes from a parameter beside it.',
  why: 'That is legal and usual (`/users/me` beside `/users/{id}`), and good to know when an id is called `me`.',
  fix: 'Nothing needs to be done.',
  source: 'SEMANTICS RT-4',
  reportedBy: 'merge',
});
