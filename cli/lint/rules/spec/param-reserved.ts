import { placeOf } from '../../../load/document.ts';
import { defineRule } from '../../rule.ts';

const reserved = ['accept', 'content-type', 'authorization'];

export default defineRule({
  id: 'spec/param-reserved',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'No header parameter is named Accept, Content-Type or Authorization.',
  why: 'OpenAPI ignores such a parameter: content types come from `content`, credentials from `security`. What it demands is never checked.',
  fix: 'Remove it; write the content types under `content` and the credentials as a security scheme.',
  source: 'OpenAPI Specification 3.2.0 §4.12.2.1',
  create: ({ report }) => ({
    parameter(visit) {
      const { name } = visit.node.value;
      if (visit.node.value.in !== 'header' || typeof name !== 'string' || !reserved.includes(name.toLowerCase())) return;
      const at = { ...placeOf(visit.node), pointer: `${visit.node.pointer}/name` };
      report({ at, message: `The header parameter '${name}' is ignored by OpenAPI`, visit });
    },
  }),
});
