import { placeOf } from '../../../load/document.ts';
import { below } from '../../../load/pointer.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'security/owasp-error-401',
  severity: 'warn',
  presets: ['owasp'],
  summary: 'An operation that needs credentials describes 401.',
  why: 'Clients that do not expect it retry, or show an empty page, where they should log in again.',
  fix: 'Describe 401, 4XX or default by one shared response.',
  source: 'OWASP API Security Top 10 2023, API2; RFC 9110 §15.5.2',
  create: ({ isBuilt, report }) => ({
    operation(operation) {
      const { method, path, node, responses, security } = operation;
      if ((security?.value ?? []).length === 0 || ['401', '4XX', '4xx', 'default'].some((status) => responses.has(status)))
        return;
      if (!isBuilt(operation)) return;
      const at = { ...placeOf(node, 'key'), pointer: below(node.pointer, 'responses') };
      report({ at, message: `${method} ${path} needs credentials and does not describe 401`, operation });
    },
  }),
});
