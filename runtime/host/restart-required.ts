import { asksForCertificates } from './auth/asks-for-certificates.ts';
import type { LoadedBundle } from './load-generation.ts';
import type { HostSettings } from './settings.ts';

/** A bundle, and what the environment makes of it. */
export interface Configured {
  readonly bundle: LoadedBundle;
  readonly settings: HostSettings;
}

/**
 * What a reload cannot change, because listeners and connections were made with it: names of the keys that differ, as they stand in the
 * gateway plan, sorted. Empty when the new bundle can be loaded. Addresses are compared as the environment has them; how the process
 * ends (`preStop`, `drain`) may change.
 */
export function reloadRefusal(running: Configured, next: Configured): readonly string[] {
  const keys: string[] = [];
  differences(listenerSettings(running), listenerSettings(next), '', keys);
  return keys.sort();
}

function listenerSettings({ bundle, settings }: Configured): object {
  const { trustedProxies, proxyProtocol = false, limits, timeouts } = bundle.parts.gateway.server;
  const { preStopMs: _preStop, drainMs: _drain, ...connection } = timeouts;
  const { host, port } = settings.listen;
  return {
    store: settings.store,
    // Other files are read; whether there are any, the listener was made with.
    server: {
      host,
      port,
      tls: settings.tls !== undefined,
      clientCertificates: asksForCertificates(bundle.parts.gateway),
      trustedProxies,
      proxyProtocol,
      limits,
      timeouts: connection,
    },
    admin: {
      listen: settings.admin,
      tokens: bundle.parts.gateway.adminTokens ?? [],
      audit: settings.auditFile ?? null,
      jwt: bundle.parts.gateway.adminJwt ?? null,
    },
  };
}

function differences(before: unknown, after: unknown, key: string, keys: string[]): void {
  if (isFields(before) && isFields(after) && key !== 'admin.listen') {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    for (const name of names) differences(before[name], after[name], key === '' ? name : `${key}.${name}`, keys);
  } else if (JSON.stringify(before) !== JSON.stringify(after)) {
    keys.push(key);
  }
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
