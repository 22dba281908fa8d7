import { placeOf } from '../../../load/document.ts';
import { member } from '../../../load/pointer.ts';
import type { Api, ApiOperation } from '../../../resolve/api.ts';
import { limitsOf } from '../../limits-of.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'gateway/limit-missing',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'Something limits how often every operation is called; without it a public one is an error.',
  why: 'One caller in a loop takes everything the service has, and a public operation does not even say who it was.',
  fix: 'Set x-gateway.limits.rate at the root of the document, or under defaults of the gateway file.',
  source: 'OWASP API Security Top 10 2023, API4',
  create: ({ config, effectiveOf, isBuilt, report }) => {
    const hasPlanLimits = [...(config?.plans.values() ?? [])].some((plan) => member(plan.value, 'limits') !== undefined);
    const documents = new Map<Api, { readonly without: ApiOperation[]; count: number }>();
    return {
      operation(operation) {
        const values = effectiveOf(operation);
        if (!isBuilt(operation)) return;
        const found = documents.get(operation.api) ?? { without: [], count: 0 };
        documents.set(operation.api, found);
        found.count += 1;
        const isPublic = isOpen(operation);
        const isLimited = limitsOf(values).some(({ key }) => key !== 'limits.concurrency') || (hasPlanLimits && !isPublic);
        if (!isLimited && !values.has('redirect') && !values.has('mock')) found.without.push(operation);
      },
      end() {
        for (const [api, { without, count }] of documents) {
          const severity = (operation: ApiOperation) => (config?.mode === 'platform' && isOpen(operation) ? 'error' : 'warn');
          // A document that knows no limits is told once.
          const [first] = without;
          if (first !== undefined && without.length === count && count > 1) {
            const worst = without.some((operation) => severity(operation) === 'error') ? 'error' : 'warn';
            report({
              at: { file: api.document.file, pointer: '/paths', part: 'key' },
              message: `Nothing limits how often ${api.title} is called`,
              severity: worst,
            });
            continue;
          }
          for (const operation of without) {
            const message = `Nothing limits how often ${operation.method} ${operation.path} is called`;
            report({ at: placeOf(operation.node, 'key'), message, severity: severity(operation), operation });
          }
        }
      },
    };
  },
});

/** Whether anybody may call. */
function isOpen({ security }: ApiOperation): boolean {
  return security !== undefined && security.value.length === 0;
}
