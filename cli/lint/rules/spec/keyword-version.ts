import { type Node, placeOf } from '../../../load/document.ts';
import { below } from '../../../load/pointer.ts';
import type { Fields } from '../../../resolve/api.ts';
import { objectType } from '../../../resolve/objects.ts';
import { applies, type Field } from '../../../resolve/table.ts';
import { shapeFits } from '../../../resolve/walk.ts';
import type { Edit } from '../../fix/edit.ts';
import { defineRule } from '../../rule.ts';

const hints: Readonly<Record<string, string>> = {
  nullable: "Write type: [string, 'null'], or oneOf with { type: 'null' }.",
  exclusiveMinimum: 'It is a flag beside minimum in 3.0, and the bound itself from 3.1 on.',
  exclusiveMaximum: 'It is a flag beside maximum in 3.0, and the bound itself from 3.1 on.',
  type: 'Lists of types came with 3.1; in 3.0 write nullable: true or oneOf.',
};

/** `nullable` of 3.0 as a type of 3.1; nothing where the schema has no type that could be null. */
function withNull({ document, pointer, value: { nullable, type } }: Node<Fields>): readonly Edit[] {
  const { file } = document;
  const gone: Edit = { do: 'remove', file, pointer: below(pointer, 'nullable') };
  if (nullable === false) return [gone];
  const types = (typeof type === 'string' ? [type] : Array.isArray(type) ? type : []).filter((one) => typeof one === 'string');
  if (nullable !== true || types.length === 0) return [];
  if (types.includes('null')) return [gone];
  return [gone, { do: 'replace', file, pointer: below(pointer, 'type'), value: [...types, 'null'] }];
}

export default defineRule({
  id: 'spec/keyword-version',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'A schema uses the keywords of the OpenAPI its document follows.',
  why: '3.0 has a dialect of its own; 3.1 and 3.2 have JSON Schema 2020-12. A keyword of the other dialect is ignored, so what it demands is not checked.',
  fix: 'Use the spelling of this version, or change the version of the document.',
  source: 'OpenAPI Specification 3.0.4 §4.7.24, 3.1.1 §4.8.24',
  create: ({ report }) => ({
    schema(visit) {
      const { node, version } = visit;
      const { fields } = objectType('schema');
      for (const [key, value] of Object.entries(node.value)) {
        if (!Object.hasOwn(fields, key)) continue;
        const lines: readonly Field[] = [fields[key] ?? []].flat();
        const here = lines.find((field) => applies(version, field));
        const isKnown =
          here !== undefined && (shapeFits(here.value, value) || !lines.some((field) => shapeFits(field.value, value)));
        if (isKnown || (here?.value.is === 'object' && typeof value === 'boolean')) continue;
        const hint = hints[key];
        report({
          at: { ...placeOf(node, 'key'), pointer: below(node.pointer, key) },
          message:
            here === undefined
              ? `OpenAPI ${version} has no '${key}' in schemas`
              : `'${key}' has another form in OpenAPI ${version}`,
          ...(hint === undefined ? {} : { hint }),
          ...(key === 'nullable' && version !== '3.0' ? { fix: withNull(node) } : {}),
          visit,
        });
      }
    },
  }),
});
