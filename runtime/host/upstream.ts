import type { Environment } from '../environment.ts';
import type { UpstreamSpec } from '../gateway-spec.ts';
import type { OpenedUpstream } from '../generation.ts';
import type { HostServices } from './services.ts';

/** Opens an upstream with one of the clients. */
export type OpenUpstream = (host: HostServices, spec: UpstreamSpec) => OpenedUpstream;

/** Which client `GW_UPSTREAM` asks for; direct when it asks for none, nothing when it names no client. */
export function clientKind(text: string | undefined): 'direct' | 'undici' | undefined {
  if (text === undefined || text === '') return 'direct';
  return text === 'direct' || text === 'undici' ? text : undefined;
}

/**
 * The client that the environment asks for instead of ours. undici is evaluated for those alone.
 *
 * @param environment `GW_UPSTREAM=undici`
 */
export async function otherClient({ GW_UPSTREAM: name }: Environment): Promise<OpenUpstream | undefined> {
  return clientKind(name) === 'undici' ? (await import('./undici-upstream.ts')).openUndiciUpstream : undefined;
}
