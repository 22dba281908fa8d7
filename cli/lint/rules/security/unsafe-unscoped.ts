import { placeOf } from '../../../load/document.ts';
import type { Effective } from '../../../plan/effective.ts';
import type { ApiOperation, Fields } from '../../../resolve/api.ts';
import { requirementsOf } from '../../requirements.ts';
import { defineRule } from '../../rule.ts';

const unsafe: readonly string[] = ['POST', 'PUT', 'PATCH', 'DELETE'];

export default defineRule({
  id: 'security/unsafe-unscoped',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'What changes something needs more than a key, or a token of any scope.',
  why: 'Whoever got hold of any key or token may then change everything: nothing says what a credential is good for.',
  fix: 'Name the scopes in security, or roles or a condition under x-gateway.authorize.',
  source: 'OWASP API Security Top 10 2023, API5',
  create: ({ effectiveOf, isBuilt, report }) => {
    /** By the list that they share: one at the root speaks for many operations. */
    const byList = new Map<string, { readonly first: ApiOperation; count: number }>();
    return {
      operation(operation) {
        const { security, method } = operation;
        if (security === undefined || !unsafe.includes(method) || !isUnscoped(operation) || !isBuilt(operation)) return;
        if (isJudged(effectiveOf(operation))) return;
        const list = `${security.document.file}#${security.pointer}`;
        const known = byList.get(list);
        if (known === undefined) byList.set(list, { first: operation, count: 1 });
        else known.count += 1;
      },
      end() {
        for (const { first, count } of byList.values()) {
          const { security, method, path } = first;
          if (security === undefined) continue;
          const what = count === 1 ? `${method} ${path} changes` : `${count} operations change`;
          const message = `${what} something, and any credential of these will do`;
          report({ at: placeOf(security, 'key'), message, hint: 'Name scopes or roles.', operation: first });
        }
      },
    };
  },
});

/** Whether every alternative is a key, or a token of whatever scope. */
function isUnscoped(operation: ApiOperation): boolean {
  const requirements = requirementsOf(operation);
  return requirements.length > 0 && requirements.every(({ value }) => isUnscopedAlternative(value, operation));
}

function isUnscopedAlternative(requirement: Fields, { api }: ApiOperation): boolean {
  const entries = Object.entries(requirement);
  return (
    entries.length > 0 &&
    entries.every(([name, scopes]) => {
      const type = api.securitySchemes.get(name)?.value.type;
      if (type === 'apiKey') return true;
      return (type === 'oauth2' || type === 'openIdConnect') && Array.isArray(scopes) && scopes.length === 0;
    })
  );
}

/** Whether roles, scopes or a condition say who may, and are enforced. */
function isJudged(values: ReadonlyMap<string, Effective>): boolean {
  const applies = (name: string): boolean => {
    const value = values.get(`authorize.${name}`);
    return value !== undefined && value.skipped === undefined;
  };
  if (values.get('authorize.shadow')?.node.value === true) return false;
  return ['scopes', 'roles', 'when'].some(applies);
}
