import { placeOf } from '../../../load/document.ts';
import { nameOf } from '../../../resolve/walk.ts';
import { impossibleSchemas } from '../../impossible-schemas.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'spec/ref-cycle',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'References end at something, and no schema requires itself.',
  why: 'References that lead only to each other mean nothing; a schema that must contain itself accepts no value at all. Ordinary recursion, through a property that may be absent or a list that may be empty, is fine.',
  fix: 'Make one member of the circle a real object, or one of the properties optional.',
  source: 'OpenAPI Specification 3.2.0 §4.24; JSON Schema 2020-12 §9.4.1',
  create(context) {
    return {
      api(api) {
        if (api !== context.apis[0]) return;
        for (const { visit, way } of impossibleSchemas(context.visits, context.resolver)) {
          context.report({
            at: placeOf(visit.node, 'key'),
            message: `The schema ${nameOf(visit)} requires itself, so no value can ever fit it`,
            hint: 'Make one of the properties on the way optional.',
            severity: visit.read ? 'error' : 'warn',
            related: way.map((at) => ({ at, message: 'On the way' })),
            visit,
          });
        }
      },
    };
  },
});
