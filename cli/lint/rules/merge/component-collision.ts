import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'merge/component-collision',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'A component name means the same in every document.',
  why: 'Components of one name and other content are both published, as `<Team>_<Name>`, so names in generated clients change when another team joins.',
  fix: 'Rename one of them, or share one file.',
  source: 'DESIGN §4',
  reportedBy: 'merge',
});
