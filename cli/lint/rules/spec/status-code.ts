import { type Node, placeOf } from '../../../load/document.ts';
import { below } from '../../../load/pointer.ts';
import type { Edit } from '../../fix/edit.ts';
import { defineRule } from '../../rule.ts';

const renamed = ({ document, pointer }: Node, from: string, to: string): Edit => {
  return { do: 'rename', file: document.file, pointer: below(pointer, from), key: to };
};

export default defineRule({
  id: 'spec/status-code',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'Responses stand under a status code from 100 to 599, a range such as 4XX, or `default`.',
  why: 'A response under another key describes no answer there is. Lower-case ranges are taken as written in capitals.',
  fix: 'Write `404`, `4XX` or `default`.',
  source: 'OpenAPI Specification 3.2.0 §4.16.2',
  create: ({ report }) => ({
    responses(visit) {
      for (const key of Object.keys(visit.node.value)) {
        if (/^([1-5](\d\d|XX)|default)$/.test(key) || key.startsWith('x-') || key === '$ref') continue;
        const range = /^[1-5]xx$/i.test(key) ? key.toUpperCase() : undefined;
        report({
          at: { ...placeOf(visit.node, 'key'), pointer: below(visit.node.pointer, key) },
          message: `'${key}' is no status code`,
          ...(range === undefined ? {} : { hint: `Write '${range}'.` }),
          ...(range === undefined || Object.hasOwn(visit.node.value, range) ? {} : { fix: [renamed(visit.node, key, range)] }),
          visit,
        });
      }
    },
  }),
});
