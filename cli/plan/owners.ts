import type { GatewayConfig } from '../config/gateway.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { placeOf } from '../load/document.ts';
import type { MergedOperation } from '../merge/merged.ts';
import { nearest } from '../nearest.ts';
import { findingAbout } from './findings.ts';

/** Operations whose team nobody names, or nobody knows. A document that names none at all is said once. */
export function ownerFindings(operations: readonly MergedOperation[], config: GatewayConfig): readonly Diagnostic[] {
  const severity = config.mode === 'single' ? 'warn' : 'error';
  const rule = 'governance/owner';
  return operations.flatMap((merged): readonly Diagnostic[] => {
    const { owner, operation, effective } = merged;
    if (owner === undefined) {
      const at = placeOf(operation.api.root);
      return [
        {
          rule,
          severity,
          message: `No team answers for ${operation.api.title}`,
          hint: 'Set x-gateway.owner at the root of the document, or at the operations that have none.',
          at,
        },
      ];
    }
    if (config.teams.size === 0 || config.teams.has(owner)) return [];
    const near = nearest(owner, config.teams.keys());
    const node = effective.get('owner')?.node;
    return [
      findingAbout(merged, {
        rule,
        severity,
        message: `The gateway file knows no team '${owner}'`,
        hint: near === undefined ? 'Add it to `teams`.' : `Did you mean '${near}'?`,
        ...(node === undefined ? {} : { at: placeOf(node) }),
      }),
    ];
  });
}
