import { placeOf } from '../../../load/document.ts';
import { defineRule } from '../../rule.ts';
import { isOfType } from '../../schemas.ts';

export default defineRule({
  id: 'security/owasp-unbounded-integer',
  severity: 'warn',
  presets: ['owasp'],
  summary: 'Every integer has a minimum and a maximum, or the format int32.',
  why: 'Numbers beyond what the service calculates with overflow, or become other numbers on the way.',
  fix: 'Add minimum and maximum.',
  source: 'OWASP API Security Top 10 2023, API4; RFC 8259 §6',
  create: ({ report }) => ({
    schema(visit) {
      const { value } = visit.node;
      if (!visit.read || !isOfType(value, 'integer')) return;
      if (value.enum !== undefined || value.const !== undefined || value.format === 'int32') return;
      const has = (...keys: readonly string[]): boolean => keys.some((key) => typeof value[key] === 'number');
      const missing = [
        ...(has('minimum', 'exclusiveMinimum') ? [] : ['minimum']),
        ...(has('maximum', 'exclusiveMaximum') ? [] : ['maximum']),
      ];
      if (missing.length === 0) return;
      report({ at: placeOf(visit.node, 'key'), message: `This integer has no ${missing.join(' and no ')}`, visit });
    },
  }),
});
