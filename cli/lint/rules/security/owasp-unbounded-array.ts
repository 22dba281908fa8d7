import { placeOf } from '../../../load/document.ts';
import { defineRule } from '../../rule.ts';
import { isOfType } from '../../schemas.ts';

export default defineRule({
  id: 'security/owasp-unbounded-array',
  severity: 'warn',
  presets: ['owasp'],
  summary: 'Every list has a maxItems.',
  why: 'A list without an end is as long as a caller wants, and each of its items is work.',
  fix: 'Add maxItems.',
  source: 'OWASP API Security Top 10 2023, API4',
  create: ({ report }) => ({
    schema(visit) {
      const { value } = visit.node;
      if (!visit.read || !isOfType(value, 'array') || value.maxItems !== undefined || value.enum !== undefined) return;
      report({ at: placeOf(visit.node, 'key'), message: 'Nothing says how long this list may be', visit });
    },
  }),
});
