import { placeOf } from '../../../load/document.ts';
import { below } from '../../../load/pointer.ts';
import { nearest } from '../../../nearest.ts';
import { placeId } from '../../lifecycle-values.ts';
import { firstTime } from '../../requirements.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'gateway/role-undefined',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'Where the gateway file lists roles, operations ask for those alone.',
  why: 'No token has a role that is misspelt: everybody is refused, also those who were meant.',
  fix: 'Repair the name, or add the role to `roles` of the gateway file; one that includes no other is an empty list.',
  source: 'SEMANTICS AZ-3',
  create: ({ config, effectiveOf, isBuilt, report }) => {
    const isNew = firstTime();
    const known = new Set([...(config?.roles ?? [])].flatMap(([role, includes]) => [role, ...includes]));
    return {
      operation(operation) {
        if (known.size === 0) return;
        const roles = effectiveOf(operation).get('authorize.roles');
        if (roles === undefined || !Array.isArray(roles.node.value) || !isNew(placeId(roles.node)) || !isBuilt(operation)) return;
        for (const [index, role] of roles.node.value.entries()) {
          if (typeof role !== 'string' || known.has(role)) continue;
          const near = nearest(role, known);
          report({
            at: { ...placeOf(roles.node), pointer: below(roles.node.pointer, index) },
            message: `There is no role '${role}' in the gateway file`,
            ...(near === undefined ? {} : { hint: `Did you mean '${near}'?` }),
            operation,
          });
        }
      },
    };
  },
});
