import type { HostServices } from '../services.ts';
import { createDirectTransport } from './direct/direct.ts';
import { createLibraryTransport } from './library.ts';
import type { Serve, Transport, TransportSettings } from './transport.ts';

export type TransportKind = 'direct' | 'library';

/**
 * Which transport `GW_TRANSPORT` asks for; direct when it asks for none. `library` lets node:http read every request: the way to compare
 * the two, and the way out should the direct one be at fault.
 *
 * @returns undefined when it names no transport
 */
export function transportKind(text: string | undefined): TransportKind | undefined {
  if (text === undefined || text === '' || text === 'direct') return 'direct';
  return text === 'library' ? text : undefined;
}

export function openTransport(kind: TransportKind, services: HostServices, settings: TransportSettings, serve: Serve): Transport {
  const create = kind === 'direct' ? createDirectTransport : createLibraryTransport;
  return create(services, settings, serve);
}
