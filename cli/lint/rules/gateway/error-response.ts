import { placeOf } from '../../../load/document.ts';
import { below } from '../../../load/pointer.ts';
import type { Api } from '../../../resolve/api.ts';
import { limitsOf } from '../../limits-of.ts';
import { defineRule, type Finding } from '../../rule.ts';

/** Of fewer operations each is told by itself. */
const FEW = 4;

/** More silent operations than this are the habit of a document, not slips: told once, with some of them. */
const MANY = 20;
const SHOWN = 3;

export default defineRule({
  id: 'gateway/error-response',
  severity: 'info',
  presets: ['recommended'],
  summary: 'An operation describes at least one of the errors that the gateway answers for it.',
  why: 'Generated clients know no other answers than those that are described; the gateway answers 400, 401, 403, 413, 429, 502 and 504 by itself.',
  fix: 'Describe 4XX and 5XX, or `default`, by one shared response with application/problem+json.',
  source: 'RFC 9457 §3; SEMANTICS 0.2',
  create: ({ effectiveOf, isBuilt, report }) => {
    const documents = new Map<Api, { readonly silent: Finding[]; count: number }>();
    return {
      operation(operation) {
        const { api, node, method, path, responses, security } = operation;
        const values = effectiveOf(operation);
        if (!isBuilt(operation) || values.has('redirect') || values.has('mock')) return;
        const found = documents.get(api) ?? { silent: [], count: 0 };
        documents.set(api, found);
        found.count += 1;
        if ([...responses.keys()].some((status) => /^(?:default$|[45])/i.test(status))) return;
        const possible = [
          ...((security?.value ?? []).length > 0 ? ['401', '403'] : []),
          ...(limitsOf(values).length > 0 ? ['429'] : []),
          '502',
          '504',
        ];
        const own = node.value.responses === undefined ? node.pointer : below(node.pointer, 'responses');
        const message = `${method} ${path} describes no error, and the gateway may answer ${possible.join(', ')}`;
        found.silent.push({ at: { ...placeOf(node, 'key'), pointer: own }, message, operation });
      },
      end() {
        for (const [{ document, title }, { silent, count }] of documents) {
          const isAll = silent.length === count;
          if (isAll ? count < FEW : silent.length <= MANY) {
            for (const finding of silent) report(finding);
            continue;
          }
          const at = { file: document.file, pointer: '/paths', part: 'key' } as const;
          const which = isAll ? `None of the ${count}` : `${silent.length} of the ${count}`;
          const describe = isAll ? 'describes an error' : 'describe no error';
          const related = isAll ? [] : silent.slice(0, SHOWN).map((one) => ({ at: one.at, message: one.message }));
          report({ at, message: `${which} operations of ${title} ${describe}, and the gateway answers some`, related });
        }
      },
    };
  },
});
