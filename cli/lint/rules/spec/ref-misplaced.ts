import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'spec/ref-misplaced',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'A `$ref` stands only where OpenAPI allows one.',
  why: 'The gateway follows it, but other tools may ignore it or refuse the document.',
  fix: 'Write the referenced content here, or reference each member of it.',
  source: 'OpenAPI Specification 3.2.0 §4.24',
  reportedBy: 'resolve',
});
