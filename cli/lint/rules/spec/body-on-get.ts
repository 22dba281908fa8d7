import { placeOf } from '../../../load/document.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'spec/body-on-get',
  severity: 'info',
  presets: ['recommended'],
  summary: 'GET, HEAD and DELETE take no request body.',
  why: 'HTTP gives such a body no meaning; caches and proxies may drop it. It is passed on and validated all the same.',
  fix: 'Use query parameters, POST, or QUERY of OpenAPI 3.2.',
  source: 'RFC 9110 §9.3.1, §9.3.2, §9.3.5',
  create: ({ report }) => ({
    operation(operation) {
      const { method, node, requestBody } = operation;
      if (requestBody === undefined || !['GET', 'HEAD', 'DELETE'].includes(method)) return;
      const at = { ...placeOf(node, 'key'), pointer: `${node.pointer}/requestBody` };
      report({ at, message: `${method} has no use for a request body`, operation });
    },
  }),
});
