import type { Place } from '../../../diagnostics.ts';
import { below, member } from '../../../load/pointer.ts';
import { nearest } from '../../../nearest.ts';
import type { ApiOperation } from '../../../resolve/api.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'security/undefined-scheme',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'Every security requirement names a scheme that the document declares.',
  why: 'Nothing says what the requirement asks for, so nothing could verify it.',
  fix: 'Declare the scheme under components.securitySchemes, or repair its name.',
  source: 'OpenAPI Specification 3.2.0 §4.30',
  create: ({ report }) => {
    const seen = new Set<unknown>();
    return {
      operation(operation) {
        const { security, api } = operation;
        if (security === undefined || isDisabled(operation)) return;
        security.value.forEach((requirement, index) => {
          // The list of the root is that of many operations.
          if (seen.has(requirement)) return;
          seen.add(requirement);
          for (const name of Object.keys(requirement)) {
            if (api.securitySchemes.has(name)) continue;
            const at: Place = { file: security.document.file, pointer: below(security.pointer, index, name), part: 'key' };
            const near = nearest(name, api.securitySchemes.keys());
            const hint = near === undefined ? 'Declare it under components.securitySchemes.' : `Did you mean '${near}'?`;
            report({ at, message: `There is no security scheme '${name}'`, hint, operation });
          }
        });
      },
    };
  },
});

/** Whether the document says that the operation is not built. */
function isDisabled({ gateway }: ApiOperation): boolean {
  const written = gateway.map(({ node }) => member(node.value, 'visibility')).find((visibility) => visibility !== undefined);
  return written === 'disabled';
}
