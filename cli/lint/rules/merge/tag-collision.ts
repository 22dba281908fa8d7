import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'merge/tag-collision',
  severity: 'info',
  presets: ['recommended'],
  summary: 'A tag is described in one way.',
  why: 'Tags are merged by name, and the description of the first document (by file name) is published.',
  fix: 'Describe it in one document only.',
  source: 'OpenAPI Specification 3.2.0 §4.22',
  reportedBy: 'merge',
});
