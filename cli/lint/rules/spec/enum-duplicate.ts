import { isDeepStrictEqual } from 'node:util';
import { placeOf } from '../../../load/document.ts';
import { below } from '../../../load/pointer.ts';
import type { Edit } from '../../fix/edit.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'spec/enum-duplicate',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'An `enum` of a schema lists each value once.',
  why: 'The second says nothing, and makes one wonder which value was meant; generators of clients name two members alike and fail.',
  fix: 'Remove the repetition, or write the value that was meant.',
  source: 'JSON Schema Validation 2020-12 §6.1.2',
  create: ({ report }) => ({
    schema(visit) {
      const { node } = visit;
      const values = node.value.enum;
      if (!Array.isArray(values)) return;
      const { file } = node.document;
      const seen = new Map<string, unknown[]>();
      for (const [index, value] of values.entries()) {
        // Texts are their own key: lists of thousands of values stay cheap.
        const key = typeof value === 'string' ? `'${value}` : typeof value === 'object' ? 'object' : String(value);
        const before = seen.get(key) ?? [];
        seen.set(key, before);
        const pointer = below(node.pointer, 'enum', index);
        const fix: readonly Edit[] = [{ do: 'remove', file, pointer }];
        if (before.some((one) => isDeepStrictEqual(one, value)))
          report({ at: { ...placeOf(node), pointer }, message: `${shown(value)} stands in this enum already`, fix, visit });
        else before.push(value);
      }
    },
  }),
});

function shown(value: unknown): string {
  const text = typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
