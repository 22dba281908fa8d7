import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'spec/example',
  severity: 'info',
  presets: ['recommended'],
  summary: 'What a document shows as an example is what its own schema accepts, and its path leads to the operation itself.',
  why: 'Callers copy examples: one that the gateway refuses is the first thing they try.',
  fix: 'Correct the example, or the schema where the example is right. `gw examples` checks them all.',
  source: 'OpenAPI 3.1 §4.8.19: an example should match its schema',
  reportedBy: 'examples',
});
