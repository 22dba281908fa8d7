import { placeOf } from '../../../load/document.ts';
import { firstTime, requirementsOf } from '../../requirements.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'security/optional',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'No alternative of a security requirement is empty.',
  why: 'Beside `{}` every other alternative is optional: whoever sends no credentials is let in.',
  fix: 'Remove the `{}`; where anybody may call, write security: [] and x-gateway.public with the reason.',
  source: 'OpenAPI Specification 3.2.0 §4.30',
  create: ({ isBuilt, report }) => {
    const isNew = firstTime();
    return {
      operation(operation) {
        for (const requirement of requirementsOf(operation)) {
          if (Object.keys(requirement.value).length > 0 || !isBuilt(operation) || !isNew(requirement.value)) continue;
          const message = 'This alternative asks for nothing: credentials are optional';
          report({ at: placeOf(requirement), message, operation });
        }
      },
    };
  },
});
