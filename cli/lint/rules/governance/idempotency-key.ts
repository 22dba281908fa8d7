import { globMayHold } from '../../../config/path-glob.ts';
import { placeOf } from '../../../load/document.ts';
import { templateOf } from '../../../merge/merge.ts';
import { list, object, text } from '../../../plan/shape.ts';
import type { ApiOperation } from '../../../resolve/api.ts';
import { segmentsOf } from '../../paths.ts';
import { defineRule } from '../../rule.ts';
import { wordsOf } from '../../words.ts';

interface IdempotencyKeyOptions {
  /** Tags of operations that move money: without the header they are errors. */
  readonly tags: readonly string[];
  /** Paths likewise, mount included, with * and **. */
  readonly paths: readonly string[];
  readonly header: string;
}

/** What is charged or sent twice when a request is repeated. */
const costly = /^(?:payments?|charges?|refunds?|payouts?|transfers?|checkouts?|invoices?|purchases?|withdrawals?|deposits?)$/;

export default defineRule<IdempotencyKeyOptions>({
  id: 'governance/idempotency-key',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'A POST that moves money takes an Idempotency-Key.',
  why: 'A client that got no answer asks again; without a key the service cannot tell a repetition from a second payment.',
  fix: 'Declare a header parameter Idempotency-Key with required: true.',
  source: 'draft-ietf-httpapi-idempotency-key-header; RFC 9110 §9.2.2',
  options: {
    shape: object({
      tags: list(text()),
      paths: list(text({ pattern: /^\//, says: 'a path that begins with /' })),
      header: text(),
    }),
    defaults: { tags: [], paths: [], header: 'Idempotency-Key' },
  },
  create: ({ isBuilt, report, options: { tags, paths, header } }) => {
    const isBelow = (operation: ApiOperation): boolean => {
      const template = paths.length === 0 ? undefined : templateOf(operation);
      return template !== undefined && !('problem' in template) && paths.some((glob) => globMayHold(glob, template.segments));
    };
    return {
      operation(operation) {
        const { method, path, parameters, node } = operation;
        const isKey = (name: string): boolean => name.toLowerCase() === header.toLowerCase();
        if (method !== 'POST' || parameters.some(({ name, in: place }) => place === 'header' && isKey(name))) return;
        const isConfigured = operation.tags.some((tag) => tags.includes(tag)) || isBelow(operation);
        const last = segmentsOf(path).findLast((segment) => !segment.includes('{'));
        if (!isConfigured && !costly.test(wordsOf(last ?? '').at(-1) ?? '')) return;
        if (!isBuilt(operation)) return;
        report({
          at: placeOf(node, 'key'),
          message: `POST ${path} takes no ${header}`,
          severity: isConfigured ? 'error' : 'warn',
          operation,
        });
      },
    };
  },
});
