import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'merge/operation-id',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'An operationId stands in one document only.',
  why: 'Names of clients and metrics come from it. Ids that documents share are published as `team.id`.',
  fix: 'Rename one of them.',
  source: 'DESIGN §4',
  reportedBy: 'merge',
});
