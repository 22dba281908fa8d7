import { placeOf } from '../../../load/document.ts';
import { below } from '../../../load/pointer.ts';
import { defineRule } from '../../rule.ts';
import { isOfType } from '../../schemas.ts';

export default defineRule({
  id: 'security/owasp-additional-properties',
  severity: 'warn',
  presets: ['owasp'],
  summary: 'No object takes any member whatever: additionalProperties is false, a schema, or unsaid.',
  why: '`additionalProperties: true` invites members that nobody expected, and services that copy whole objects store them.',
  fix: 'Remove it, or say what further members look like, and how many with maxProperties.',
  source: 'OWASP API Security Top 10 2023, API3',
  create: ({ report }) => ({
    schema(visit) {
      const { value, pointer } = visit.node;
      if (!visit.read || !isOfType(value, 'object') || value.additionalProperties !== true || value.maxProperties !== undefined)
        return;
      const at = { ...placeOf(visit.node), pointer: below(pointer, 'additionalProperties') };
      report({ at, message: 'This object takes any member', visit });
    },
  }),
});
