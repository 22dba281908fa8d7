import type { HostDrivers } from '../../runtime/host/drivers.ts';
import type { VerifierSpec } from '../../runtime/verifier-spec.ts';
import type { GatewayPlan } from '../plan/ir.ts';
import { type Code, identifier, js, list, moduleText } from './code.ts';

/** A driver, the file below `runtime/` that exports it, and when a bundle needs it. */
interface Driver {
  readonly name: keyof HostDrivers;
  readonly module: string;
  readonly isUsed: (plan: GatewayPlan) => boolean;
}

/** Complete by hand: whoever adds a driver to `HostDrivers` names it here. */
const DRIVERS: readonly Driver[] = [
  {
    name: 'jws',
    module: 'host/auth/jws',
    isUsed: ({ security, identitySigning, adminVerifier }) =>
      identitySigning !== undefined || adminVerifier !== undefined || security.some(needsSignatures),
  },
  { name: 'passwords', module: 'host/auth/passwords', isUsed: ({ security }) => security.some(({ type }) => type === 'basic') },
  { name: 'redis', module: 'host/limits/redis/connection', isUsed: ({ store }) => store !== undefined },
];

function needsSignatures(verifier: VerifierSpec): boolean {
  return verifier.type === 'jwt' || (verifier.type === 'introspection' && verifier.client.kind === 'assertion');
}

/**
 * Emits the text of `gw:host`: what the host of this bundle does with the help of a package, each loaded when a thread needs it. What the plan
 * does not use is not in the file.
 */
export function emitHost(plan: GatewayPlan): string {
  const used = DRIVERS.filter(({ isUsed }) => isUsed(plan));
  return moduleText([js`export const drivers = { ${list(used.map(entry))} };`]);
}

function entry({ name, module }: Driver): Code {
  return js`${identifier(name)}: async () => (await import(${`gw-runtime/${module}`})).${identifier(name)}`;
}
