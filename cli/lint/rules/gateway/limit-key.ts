import { placeOf } from '../../../load/document.ts';
import { below, member } from '../../../load/pointer.ts';
import type { ApiOperation } from '../../../resolve/api.ts';
import { placeId } from '../../lifecycle-values.ts';
import { limitsOf, type WrittenLimit } from '../../limits-of.ts';
import { firstTime, schemesOf } from '../../requirements.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'gateway/limit-key',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'A limit counts by something that the caller cannot choose, and that the operation knows.',
  why: 'Whoever chooses the header has a new limit with each request; a claim that no credential has refuses everybody. (What counts callers where none is known is skipped, see `gateway/inapplicable`.)',
  fix: 'Count by consumer or ip. A header that a proxy in front writes is fine: name that proxy under server.trustedProxies.',
  source: 'DESIGN §2.1; OWASP API Security Top 10 2023, API4',
  create: ({ config, effectiveOf, isBuilt, report }) => {
    const isNew = firstTime();
    const hasProxy = (config?.server.trustedProxies.length ?? 0) > 0;
    return {
      operation(operation) {
        const limits = limitsOf(effectiveOf(operation));
        for (const { node } of limits) {
          const words = wordsOf(node.value);
          const at = { ...placeOf(node), pointer: below(node.pointer, 'by') };
          const claim = words.find((word) => word.startsWith('claim:'));
          if (claim !== undefined && !hasClaims(operation) && isBuilt(operation) && isNew(`${placeId(node)} claim`))
            report({ at, message: `No credential of ${operation.method} ${operation.path} has claims to count by`, operation });
          const header = words.find((word) => word.startsWith('header:'));
          if (header === undefined || hasProxy || !isBuilt(operation) || !isNew(`${placeId(node)} header`)) continue;
          const isAlone = (operation.security?.value ?? []).length === 0 && limits.every(countsByHeader);
          report({
            at,
            message: `Callers choose what '${header}' says, and with it a new limit for each request`,
            severity: isAlone ? 'error' : 'warn',
            operation,
          });
        }
      },
    };
  },
});

/** Whether some credential of the operation may be a token: keys, passwords and certificates have no claims. */
function hasClaims(operation: ApiOperation): boolean {
  const schemes = [...schemesOf(operation).values()];
  return (
    schemes.length === 0 ||
    schemes.some(
      ({ value: { type, scheme } }) =>
        type !== 'apiKey' && type !== 'mutualTLS' && !(type === 'http' && String(scheme).toLowerCase() === 'basic'),
    )
  );
}

/** Whom a limit counts, as words. */
function wordsOf(limit: unknown): readonly string[] {
  const by = member(limit, 'by');
  return (Array.isArray(by) ? by : [by]).filter((word) => typeof word === 'string');
}

/** Whether callers choose everything that a limit counts by. */
function countsByHeader({ node }: WrittenLimit): boolean {
  const words = wordsOf(node.value);
  return words.length > 0 && words.every((word) => word.startsWith('header:'));
}
