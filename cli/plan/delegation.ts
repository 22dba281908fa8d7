import type { GatewayConfig, Grant } from '../config/gateway.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { type Node, placeOf } from '../load/document.ts';
import { below, member } from '../load/pointer.ts';
import type { MergedOperation } from '../merge/merged.ts';
import { leavesSite } from '../policies/redirect.ts';
import { findingAbout } from './findings.ts';

interface Use {
  readonly grant: Grant;
  readonly says: string;
  readonly at: Node;
}

/**
 * What a document does that only the platform team may, unless it grants it to the team (`teams.<team>.may`). Without a gateway file
 * there is nobody to ask.
 */
export function delegationFindings(operations: readonly MergedOperation[], config: GatewayConfig): readonly Diagnostic[] {
  if (config.mode === 'single') return [];
  return operations.flatMap((merged) => {
    const may = merged.owner === undefined ? [] : (config.teams.get(merged.owner)?.may ?? []);
    return usesOf(merged, config.hosts)
      .filter(({ grant }) => !may.includes(grant))
      .map(({ grant, says, at }) =>
        findingAbout(merged, {
          rule: 'gateway/not-delegated',
          message: `${merged.owner ?? 'A document'} may not ${says}`,
          hint: `Ask the platform team, or for a grant: teams.${merged.owner ?? '<team>'}.may: [${grant}].`,
          at: placeOf(at, 'key'),
        }),
      );
  });
}

function usesOf({ operation, effective }: MergedOperation, hosts: readonly string[]): readonly Use[] {
  const uses: Use[] = [];
  for (const { key, node, level } of effective.values()) {
    if (level !== 'operation' && level !== 'path' && level !== 'root') continue;
    const { value } = node;
    if (key === 'upstream' && typeof value !== 'string')
      uses.push({ grant: 'upstream-url', says: 'name an upstream by its address', at: node });
    const host = key === 'rewrite' ? member(value, 'host') : undefined;
    if (host !== undefined && host !== null) {
      uses.push({
        grant: 'upstream-url',
        says: 'set the host that is sent upstream',
        at: { ...node, pointer: below(node.pointer, 'host') },
      });
    }
    const to = key === 'redirect' ? member(value, 'to') : undefined;
    if (typeof to === 'string' && leavesSite(to, hosts))
      uses.push({ grant: 'redirect', says: 'redirect to another site', at: { ...node, pointer: below(node.pointer, 'to') } });
  }
  for (const [, scheme] of operation.api.securitySchemes) {
    if (member(scheme.value, 'x-gateway') === undefined) continue;
    uses.push({ grant: 'bind', says: 'bind a security scheme', at: { ...scheme, pointer: below(scheme.pointer, 'x-gateway') } });
  }
  return uses;
}
