import { fits } from '../plan/shape.ts';
import { milliseconds } from '../plan/units.ts';
import { identity, identityDefaults } from './bindings.ts';
import type { GatewayConfig } from './gateway.ts';
import type { Layers } from './layers.ts';

/** The header fields that tell services who calls. */
export function identityHeaders(layers: Layers): GatewayConfig['identityHeaders'] {
  const headers = layers.value('identity', 'headers')?.value;
  const authored = { headers };
  return fits(identity, authored) && authored.headers !== undefined ? authored.headers : identityDefaults;
}

/** The same signed, where the gateway file asks for it. @param gateway its name, which the gateway calls itself by */
export function identitySigned(layers: Layers, gateway: string): Pick<GatewayConfig, 'identitySigned'> {
  const written = ['key', 'header', 'issuer', 'lifetime'].flatMap((name) => {
    const value = layers.value('identity', 'signed', name)?.value;
    return value === undefined ? [] : [[name, value]];
  });
  const authored = { signed: Object.fromEntries(written) };
  if (!fits(identity, authored) || authored.signed === undefined) return {};
  const { key, header = 'X-Gw-Identity', issuer = gateway, lifetime = '60s' } = authored.signed;
  return { identitySigned: { key, header, issuer, lifetimeS: Math.ceil(milliseconds(lifetime) / 1_000) } };
}
