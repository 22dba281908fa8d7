import type { UpstreamClient, UpstreamSpec } from '../generation.ts';
import type { HostServices } from './services.ts';
import type { Environment } from './settings.ts';
import { openDirectUpstream } from './upstream/direct.ts';

/** Opens an upstream with one of the clients. */
export type OpenUpstream = (host: HostServices, spec: UpstreamSpec) => { readonly client: UpstreamClient; release(): void };

/**
 * Opens an upstream, with the client that the host uses.
 *
 * @throws Error when a URL is not absolute http(s), or the environment lacks a variable
 */
export const openUpstream: OpenUpstream = (host, spec) => (host.otherClient ?? openDirectUpstream)(host, spec);

/**
 * The client that the environment asks for instead of ours. undici is evaluated for those alone.
 *
 * @param environment `GW_UPSTREAM=undici`
 */
export async function otherClient({ GW_UPSTREAM: name }: Environment): Promise<OpenUpstream | undefined> {
  return name === 'undici' ? (await import('./undici-upstream.ts')).openUndiciUpstream : undefined;
}
