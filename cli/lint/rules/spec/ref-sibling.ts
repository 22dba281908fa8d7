import { placeOf } from '../../../load/document.ts';
import { below } from '../../../load/pointer.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'spec/ref-sibling',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'Nothing stands beside a `$ref` that OpenAPI ignores there.',
  why: 'In 3.0 every key beside `$ref` is ignored, a `nullable` or a `minLength` too; in 3.1 they count. The author surely meant something by them.',
  fix: 'In 3.0 wrap the reference: `allOf: [{ $ref: … }]` with the other keys beside it; or move to 3.1.',
  source: 'OpenAPI Specification 3.0.4 §4.7.23, 3.1.1 §4.8.23',
  create: ({ report }) => ({
    reference(visit) {
      const { node, version, expected } = visit;
      const allowed = version === '3.0' ? ['$ref'] : ['$ref', 'summary', 'description'];
      const ignored = Object.keys(node.value).filter((key) => !allowed.includes(key) && !key.startsWith('x-'));
      // A title or an example beside a reference is lost, but nothing depends on it.
      const harmless = ['summary', 'description', 'title', 'example', 'examples', 'externalDocs', 'deprecated', 'default'];
      for (const key of ignored) {
        report({
          at: { ...placeOf(node, 'key'), pointer: below(node.pointer, key) },
          message: `'${key}' beside a $ref is ignored in OpenAPI ${version}`,
          severity: harmless.includes(key) ? 'info' : 'warn',
          ...(expected === 'schema' ? { hint: 'Write allOf: [{ $ref: … }] and keep the key beside it.' } : {}),
          visit,
        });
      }
    },
  }),
});
