import type { HostServices } from '../services.ts';
import { createDirectTransport } from './direct/direct.ts';
import { createLibraryTransport } from './library.ts';
import type { Serve, Transport, TransportSettings } from './transport.ts';

export type TransportKind = 'direct' | 'library';

/**
 * Which transport an environment asks for. `GW_TRANSPORT=library` lets node:http read every request: the way to compare the two, and the
 * way out should the direct one be at fault.
 *
 * @throws Error when `GW_TRANSPORT` is neither `direct` (the default) nor `library`
 */
export function transportKind({ GW_TRANSPORT: kind }: Readonly<Record<string, string | undefined>>): TransportKind {
  if (kind === undefined || kind === '' || kind === 'direct') return 'direct';
  if (kind === 'library') return kind;
  throw new Error('GW_TRANSPORT is neither direct nor library.');
}

export function openTransport(kind: TransportKind, services: HostServices, settings: TransportSettings, serve: Serve): Transport {
  const create = kind === 'direct' ? createDirectTransport : createLibraryTransport;
  return create(services, settings, serve);
}
