import { placeOf } from '../../../load/document.ts';
import { defineRule } from '../../rule.ts';
import { isOfType } from '../../schemas.ts';

export default defineRule({
  id: 'security/owasp-unbounded-string',
  severity: 'warn',
  presets: ['owasp'],
  summary: 'Every string has a maxLength, a format, or the values it may have.',
  why: 'Without an end the largest body is one string, and every index, log and screen behind it takes it.',
  fix: 'Add maxLength, enum, const, or a format whose values have a length.',
  source: 'OWASP API Security Top 10 2023, API4',
  create: ({ report }) => ({
    schema(visit) {
      const { value } = visit.node;
      if (!visit.read || !isOfType(value, 'string')) return;
      if (['maxLength', 'enum', 'const', 'format', 'pattern', '$ref'].some((key) => value[key] !== undefined)) return;
      report({ at: placeOf(visit.node, 'key'), message: 'Nothing says how long this string may be', visit });
    },
  }),
});
