import type { GatewaySpec } from '../../gateway-spec.ts';

/**
 * Whether the listener asks clients for certificates: where a binding takes them. Tokens that are bound to a certificate need such a
 * binding, too: browsers ask their users for one on every gateway that asks.
 */
export function asksForCertificates({ security = [] }: Pick<GatewaySpec, 'security'>): boolean {
  return security.some(({ type }) => type === 'mtls');
}
