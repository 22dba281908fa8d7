import type { GatewayConfig } from '../config/gateway.ts';
import { member } from '../load/pointer.ts';
import { isBuiltWith } from '../merge/merge.ts';
import type { Effective } from '../plan/effective.ts';
import type { ApiOperation } from '../resolve/api.ts';

/**
 * Whether the gateway builds an operation: rules about routes say nothing about others. Asks for all effective values, so ask only when
 * there is something to say.
 */
export function isBuilt(
  operation: ApiOperation,
  config: GatewayConfig | undefined,
  effectiveOf: (operation: ApiOperation) => ReadonlyMap<string, Effective>,
): boolean {
  if (config !== undefined) return isBuiltWith(effectiveOf(operation), config);
  const nearest = operation.gateway.map(({ node }) => member(node.value, 'visibility')).find((value) => value !== undefined);
  return nearest !== 'disabled';
}
