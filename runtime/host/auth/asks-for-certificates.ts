import type { GatewaySpec } from '../../gateway-spec.ts';

/**
 * Whether the listener asks clients for certificates: where a binding takes them, or tokens may be bound to them and the gateway speaks TLS
 * itself. Asking costs a client without one nothing.
 */
export function asksForCertificates({ security = [] }: Pick<GatewaySpec, 'security'>): boolean {
  return security.some(({ type }) => type === 'mtls');
}
