import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'merge/mixed-oas',
  severity: 'info',
  presets: ['recommended'],
  summary: 'Says when documents of different lines of OpenAPI are merged.',
  why: 'The published document follows the highest line that is needed: schemas of 3.0 are rewritten when another document follows 3.1.',
  fix: 'Nothing needs to be done.',
  source: 'DESIGN §4',
  reportedBy: 'merge',
});
