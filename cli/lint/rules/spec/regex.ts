import { placeOf } from '../../../load/document.ts';
import { below } from '../../../load/pointer.ts';
import { ecmaPattern } from '../../../plan/schema-pattern.ts';
import { isFields } from '../../../resolve/walk.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'spec/regex',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'Every pattern is a regular expression of ECMA-262.',
  why: 'The gateway validates with it. What it cannot compile it cannot check.',
  fix: 'Rewrite what other dialects have: possessive quantifiers, `(?x)`, POSIX classes. A leading `(?i)` and the anchors \\A, \\z, \\Z are translated.',
  source: 'JSON Schema 2020-12 Validation §6.3.3',
  create: ({ report }) => ({
    schema(visit) {
      const { pattern, patternProperties } = visit.node.value;
      const severity = visit.read ? 'error' : 'warn';
      const place = placeOf(visit.node);
      if (typeof pattern === 'string' && !compiles(pattern)) {
        report({
          at: { ...place, pointer: `${place.pointer}/pattern` },
          message: 'This pattern is no regular expression of ECMA-262',
          severity,
          visit,
        });
      }
      if (!isFields(patternProperties)) return;
      for (const key of Object.keys(patternProperties)) {
        if (compiles(key)) continue;
        const at = { ...place, pointer: below(place.pointer, 'patternProperties', key), part: 'key' as const };
        report({ at, message: 'This key is no regular expression of ECMA-262', severity, visit });
      }
    },
  }),
});

function compiles(pattern: string): boolean {
  try {
    ecmaPattern(pattern);
    return true;
  } catch {
    return false;
  }
}
