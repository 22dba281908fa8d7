import { defineRule } from '../../rule.ts';
import { structureFindings } from '../../structure.ts';

export default defineRule({
  id: 'spec/structure-doc',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'What only people and other tools read has the shape OpenAPI gives it, too.',
  why: 'The gateway serves the document all the same, but tools that show or generate from it may stumble.',
  fix: 'Write the key or the value as the message says.',
  source: 'OpenAPI Specification 3.0.4, 3.1.1, 3.2.0, §4',
  create: ({ report }) => ({
    object(visit) {
      for (const { doc, ...finding } of structureFindings(visit)) if (doc) report(finding);
    },
  }),
});
