import { placeOf } from '../../../load/document.ts';
import { below, member } from '../../../load/pointer.ts';
import { nearest } from '../../../nearest.ts';
import { isFields } from '../../../resolve/walk.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'spec/server-variable',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'Every `{variable}` of a server URL is defined, and its default is one of its values.',
  why: 'The path of the first server is where the gateway mounts the document; a variable without value in it leaves no path. In the host it is documentation, and a warning.',
  fix: 'Define it under `variables` with a default.',
  source: 'OpenAPI Specification 3.2.0 §4.5, §4.6',
  create: ({ report }) => ({
    server(visit) {
      const { url, variables } = visit.node.value;
      if (typeof url !== 'string') return;
      const defined = isFields(variables) ? variables : {};
      const path = url.replace(/^([a-z][a-z0-9+.-]*:)?\/\/[^/?#]*/i, '');
      const weight = (name: string) => (visit.read && path.includes(`{${name}}`) ? 'error' : 'warn');
      const place = placeOf(visit.node);
      for (const [, name = ''] of url.matchAll(/\{([^{}]*)\}/g)) {
        if (Object.hasOwn(defined, name)) continue;
        const near = nearest(name, Object.keys(defined));
        const hint = near === undefined ? {} : { hint: `Did you mean '${near}'?` };
        const message = `The server variable '${name}' is not defined`;
        report({ at: { ...place, pointer: `${place.pointer}/url` }, message, severity: weight(name), ...hint, visit });
      }
      for (const [name, variable] of Object.entries(defined)) {
        const values = member(variable, 'enum');
        const value = member(variable, 'default');
        if (!Array.isArray(values) || values.length === 0 || value === undefined || values.includes(value)) continue;
        const at = { ...place, pointer: below(place.pointer, 'variables', name, 'default') };
        report({
          at,
          message: `The default of the server variable '${name}' is none of its values`,
          severity: weight(name),
          visit,
        });
      }
    },
  }),
});
