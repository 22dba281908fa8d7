import type { SecurityHeadersOptions } from '../../runtime/policies/security-headers.ts';
import type { GatewayConfig } from '../config/gateway.ts';
import { member } from '../load/pointer.ts';
import { corsOfDefaults } from '../policies/cors.ts';
import type { ApiOperation } from '../resolve/api.ts';
import type { PolicyPlan } from './ir.ts';
import { json } from './json.ts';

/** SH-1 on the answers of a route, before the route's own edits, which may replace or remove what it sets. */
export function securityHeaderPolicies({ server }: GatewayConfig, { security }: ApiOperation): readonly PolicyPlan[] {
  return server.securityHeaders ? [policy({ authenticated: (security?.value.length ?? 0) > 0 })] : [];
}

/** What runs over the answers to requests that no route takes; CORS as `defaults` have it, so that browsers show the truth (CR-1). */
export function unmatchedPolicies({ server, defaults }: GatewayConfig): readonly PolicyPlan[] {
  const authored = defaults.map(({ value }) => member(value, 'cors')).find((one) => one !== undefined);
  const cors = corsOfDefaults(authored);
  return [
    ...(server.securityHeaders ? [policy({ authenticated: false })] : []),
    ...(cors === undefined
      ? []
      : [{ key: 'cors', stage: 'headers', module: 'policies/cors', factory: 'cors', options: json(cors) }]),
  ];
}

function policy(options: SecurityHeadersOptions): PolicyPlan {
  return {
    key: 'server.securityHeaders',
    stage: 'headers',
    module: 'policies/security-headers',
    factory: 'securityHeaders',
    options: json(options),
  };
}
