import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'spec/ref-unresolved',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'Every reference leads to something.',
  why: 'What stands behind it would be missing from the gateway: a parameter, a schema, a whole path.',
  fix: 'Repair the pointer or the file name; the nearest name is suggested.',
  source: 'RFC 6901; OpenAPI Specification 3.2.0 §4.24',
  reportedBy: 'resolve',
});
