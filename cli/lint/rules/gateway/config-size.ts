import { placeOf } from '../../../load/document.ts';
import { below, member } from '../../../load/pointer.ts';
import { count, object } from '../../../plan/shape.ts';
import { vocabulary } from '../../../plan/vocabulary.ts';
import type { Api } from '../../../resolve/api.ts';
import { isFields } from '../../../resolve/walk.ts';
import { defineRule } from '../../rule.ts';

interface ConfigSizeOptions {
  /** Values that one operation may write. */
  readonly values: number;
  /** Header edits that one route may have. */
  readonly edits: number;
  /** Percentage of the operations of a document that may write a value of their own where the root gives one. */
  readonly share: number;
}

/** Below that many operations a share says nothing. */
const FEW = 20;

export default defineRule<ConfigSizeOptions>({
  id: 'gateway/config-size',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'An operation writes few values of its own: at most 40, at most 10 header edits, and seldom other ones than the root.',
  why: 'What is written everywhere is reviewed nowhere; exceptions that are the rule belong to the root.',
  fix: 'Move what operations share to the path item, the root or the defaults; move logic to the service.',
  source: 'LINT §6.1 C; DESIGN §1',
  options: {
    shape: object({ values: count(1), edits: count(0), share: count(0, 100) }),
    defaults: { values: 40, edits: 10, share: 15 },
  },
  create: ({ effectiveOf, isBuilt, report, options }) => {
    const documents = new Map<Api, { operations: number; readonly own: Map<string, number> }>();
    return {
      operation(operation) {
        if (!isBuilt(operation)) return;
        const { api, method, path, gateway } = operation;
        const own = gateway.find(({ level }) => level === 'operation')?.node;
        const found = documents.get(api) ?? { operations: 0, own: new Map() };
        documents.set(api, found);
        found.operations += 1;
        if (own === undefined) return;
        const written = sizeOf(own.value);
        if (written > options.values) {
          report({
            at: placeOf(own, 'key'),
            message: `${method} ${path} writes ${written} values of its own, more than ${options.values}`,
            operation,
          });
        }
        for (const [key, { level }] of effectiveOf(operation)) {
          if (level === 'operation' && isGivenAtRoot(api, key)) found.own.set(key, (found.own.get(key) ?? 0) + 1);
        }
        for (const side of ['request', 'response']) {
          const edits = member(member(own.value, 'headers'), side);
          const number = isFields(edits) ? sizeOf(edits) : 0;
          if (number <= options.edits) continue;
          const at = { ...placeOf(own, 'key'), pointer: below(own.pointer, 'headers', side) };
          report({
            at,
            message: `${method} ${path} edits ${number} headers of the ${side}, more than ${options.edits}`,
            operation,
          });
        }
      },
      end() {
        for (const [api, { operations, own }] of documents) {
          for (const { key } of vocabulary) {
            const share = Math.round(((own.get(key) ?? 0) * 100) / operations);
            if (operations < FEW || share <= options.share) continue;
            const at = { ...placeOf(api.root, 'key'), pointer: below('/x-gateway', ...key.split('.')) };
            report({
              at,
              message: `${share} % of the operations write another '${key}' than the root, more than ${options.share} %`,
            });
          }
        }
      },
    };
  },
});

function isGivenAtRoot({ gateway }: Api, key: string): boolean {
  return key.split('.').reduce<unknown>((value, name) => member(value, name), gateway?.value) !== undefined;
}

/** How many values there are, keys without members included. Iterative: documents nest as deep as they like. */
function sizeOf(value: unknown): number {
  const open: unknown[] = [value];
  let size = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) size += 1;
    else for (const item of Object.values(next)) open.push(item ?? '');
  }
  return size;
}
