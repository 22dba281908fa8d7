import { placeOf } from '../../../load/document.ts';
import { below } from '../../../load/pointer.ts';
import { HABIT } from '../../habit.ts';
import { defineRule, type Finding } from '../../rule.ts';

/** A title or an example beside a reference is lost, but nothing depends on it. */
const HARMLESS = new Set(['summary', 'description', 'title', 'example', 'examples', 'externalDocs', 'deprecated', 'default']);

export default defineRule({
  id: 'spec/ref-sibling',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'Nothing stands beside a `$ref` that OpenAPI ignores there.',
  why: 'In 3.0 every key beside `$ref` is ignored, a `nullable` or a `minLength` too; in 3.1 they count. The author surely meant something by them.',
  fix: 'In 3.0 wrap the reference: `allOf: [{ $ref: … }]` with the other keys beside it; or move to 3.1.',
  source: 'OpenAPI Specification 3.0.4 §4.7.23, 3.1.1 §4.8.23',
  create: ({ report }) => {
    const harmless = new Map<string, Finding[]>();
    return {
      reference(visit) {
        const { node, version, expected } = visit;
        const allowed = version === '3.0' ? ['$ref'] : ['$ref', 'summary', 'description'];
        for (const key of Object.keys(node.value)) {
          if (allowed.includes(key) || key.startsWith('x-')) continue;
          const finding: Finding = {
            at: { ...placeOf(node, 'key'), pointer: below(node.pointer, key) },
            message: `'${key}' beside a $ref is ignored in OpenAPI ${version}`,
            ...(expected === 'schema' ? { hint: 'Write allOf: [{ $ref: … }] and keep the key beside it.' } : {}),
            visit,
          };
          if (!HARMLESS.has(key)) report(finding);
          else {
            const kind = `${key} ${node.document.file}`;
            const known = harmless.get(kind);
            if (known === undefined) harmless.set(kind, [finding]);
            else known.push(finding);
          }
        }
      },
      end() {
        for (const findings of harmless.values()) {
          const [first] = findings;
          if (first === undefined) continue;
          const isHabit = findings.length > HABIT;
          const message = `${first.message}, here and in ${findings.length - 1} more places of this file`;
          for (const finding of isHabit ? [{ ...first, message }] : findings) report({ ...finding, severity: 'info' });
        }
      },
    };
  },
});
