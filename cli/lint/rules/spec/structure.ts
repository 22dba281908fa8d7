import { defineRule } from '../../rule.ts';
import { structureFindings } from '../../structure.ts';

export default defineRule({
  id: 'spec/structure',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'What the gateway reads has the shape OpenAPI gives it.',
  why: 'A misspelt key or a value of the wrong type would be passed over: a parameter that is not checked, a requirement that is not enforced.',
  fix: 'Write the key or the value as the message says.',
  source: 'OpenAPI Specification 3.0.4, 3.1.1, 3.2.0, §4',
  create: ({ report }) => ({
    object(visit) {
      for (const { doc, ...finding } of structureFindings(visit)) if (!doc) report(finding);
    },
  }),
});
