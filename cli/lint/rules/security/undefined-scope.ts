import { type Node, placeOf } from '../../../load/document.ts';
import { below, member } from '../../../load/pointer.ts';
import { nearest } from '../../../nearest.ts';
import type { ApiOperation, Fields } from '../../../resolve/api.ts';
import { isFields } from '../../../resolve/walk.ts';
import { placeId } from '../../lifecycle-values.ts';
import { firstTime, requirementsOf, schemesOf } from '../../requirements.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'security/undefined-scope',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'Every scope that a requirement names is one that a flow of its scheme declares.',
  why: 'No token is ever issued with a scope that does not exist, so nobody could call the operation.',
  fix: 'Declare the scope in the flows of the scheme, or repair its name.',
  source: 'OpenAPI Specification 3.2.0 §4.28, §4.30',
  create: ({ effectiveOf, isBuilt, report }) => {
    const isNew = firstTime();
    return {
      operation(operation) {
        authorized(operation);
        for (const requirement of requirementsOf(operation)) {
          if (!isNew(requirement.value)) continue;
          for (const [name, scopes] of Object.entries(requirement.value)) {
            const known = declaredScopes(operation.api.securitySchemes.get(name));
            if (known === undefined || !Array.isArray(scopes)) continue;
            scopes.forEach((scope: unknown, index) => {
              if (typeof scope !== 'string' || known.has(scope) || !isBuilt(operation)) return;
              const near = nearest(scope, known);
              report({
                at: { file: requirement.document.file, pointer: below(requirement.pointer, name, index), part: 'value' },
                message: `No flow of '${name}' declares the scope '${scope}'`,
                ...(near === undefined ? {} : { hint: `Did you mean '${near}'?` }),
                operation,
              });
            });
          }
        }
      },
    };

    /** Scopes under `authorize` are those of the schemes, too, where all of them declare theirs. */
    function authorized(operation: ApiOperation): void {
      const value = effectiveOf(operation).get('authorize.scopes');
      const scopes = value?.skipped === undefined ? value?.node.value : undefined;
      const declared = [...schemesOf(operation).values()].map(declaredScopes);
      if (value === undefined || !Array.isArray(scopes) || declared.length === 0) return;
      const known = new Set(declared.flatMap((names) => [...(names ?? [])]));
      if (declared.includes(undefined) || !isBuilt(operation) || !isNew(placeId(value.node))) return;
      scopes.forEach((scope: unknown, index) => {
        if (typeof scope !== 'string' || known.has(scope)) return;
        const near = nearest(scope, known);
        report({
          at: { ...placeOf(value.node), pointer: below(value.node.pointer, index) },
          message: `No flow declares the scope '${scope}'`,
          ...(near === undefined ? {} : { hint: `Did you mean '${near}'?` }),
          operation,
        });
      });
    }
  },
});

/** The scopes of all flows; undefined for schemes whose scopes are declared elsewhere, or nowhere. */
function declaredScopes(scheme: Node<Fields> | undefined): ReadonlySet<string> | undefined {
  const flows = scheme?.value.type === 'oauth2' ? scheme.value.flows : undefined;
  if (!isFields(flows)) return undefined;
  const lists = Object.values(flows).map((flow) => member(flow, 'scopes'));
  return lists.some(isFields) ? new Set(lists.flatMap((scopes) => (isFields(scopes) ? Object.keys(scopes) : []))) : undefined;
}
