import { placeOf } from '../../../load/document.ts';
import { below, member } from '../../../load/pointer.ts';
import { declaredTags } from '../../../merge/document-findings.ts';
import { nearest } from '../../../nearest.ts';
import type { Api } from '../../../resolve/api.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'governance/tags',
  severity: 'info',
  presets: ['recommended'],
  summary: 'A document that describes its tags describes each tag that operations have.',
  why: 'A misspelt tag makes a group of its own, without words, in the published document.',
  fix: 'Add the tag to `tags` at the root, or repair its name.',
  source: 'OpenAPI Specification 3.2.0 §4.22',
  create: ({ report }) => {
    const names = new Map<Api, { readonly declared: ReadonlySet<string>; readonly said: Set<string> }>();
    return {
      operation(operation) {
        const { api, node, tags } = operation;
        if (!Array.isArray(member(api.root.value, 'tags'))) return;
        const known = names.get(api) ?? { declared: new Set(declaredTags(api).map(({ name }) => name)), said: new Set() };
        names.set(api, known);
        const { declared, said } = known;
        const written = member(node.value, 'tags');
        for (const tag of tags) {
          if (declared.has(tag) || said.has(tag) || !Array.isArray(written)) continue;
          said.add(tag);
          const near = nearest(tag, declared);
          report({
            at: { ...placeOf(node), pointer: below(node.pointer, 'tags', written.indexOf(tag)) },
            message: `Nothing describes the tag '${tag}'`,
            ...(near === undefined ? {} : { hint: `Did you mean '${near}'?` }),
            operation,
          });
        }
      },
    };
  },
});
