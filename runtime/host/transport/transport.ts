/** The boundary between sockets and the pipeline. Each transport runs the same compiled pipeline over its own exchanges. */
import type { Duplex } from 'node:stream';
import { foldAddress, inRanges, parseRange } from '../../address.ts';
import type { AddressRange } from '../../address-range.ts';
import type { Reply } from '../../contract.ts';
import type { ServedExchange } from '../../exchange.ts';
import type { ServerSpec } from '../../gateway-spec.ts';
import type { HostServices } from '../services.ts';
import type { Certificate } from './tls-options.ts';

/** Limits and timeouts of a listener, with the environment resolved. */
export interface TransportSettings {
  readonly trustedProxies: readonly AddressRange[];
  readonly limits: ServerSpec['limits'];
  readonly timeouts: TransportTimeouts;
  /** Clients are asked for a certificate; whether one is needed, and which, is decided for each route (MT-1). */
  readonly requestsCertificates?: boolean;
  /** Connections begin with what a proxy says of its client (RL-26): addresses of clients by the name of their connection. */
  readonly announced?: Map<string, string>;
  /** The listener speaks TLS. */
  readonly certificate?: Certificate | undefined;
}

/** Milliseconds. */
export interface TransportTimeouts {
  readonly headersMs: number;
  /** Until a body that a stage reads whole is complete. */
  readonly requestMs: number;
  readonly keepAliveMs: number;
  /** How often bodies and stalled clients are looked at. */
  readonly checkMs: number;
  /** A body slower than `minBodyRate` for longer than this is refused with 408. */
  readonly bodyGraceMs: number;
  /** Bytes per second. */
  readonly minBodyRate: number;
  /** A client that takes nothing of its answer for this long is cut off. */
  readonly writeStallMs: number;
  /** How long bytes nobody wants are still read after an early answer, so that the client can read it. */
  readonly lingerMs: number;
  /** Until a client has shaken hands (TLS). */
  readonly handshakeMs: number;
}

/** SL-1, but for what the gateway file sets. */
const SLOW_CLIENTS = {
  checkMs: 1_000,
  bodyGraceMs: 5_000,
  minBodyRate: 500,
  writeStallMs: 30_000,
  lingerMs: 2_000,
  handshakeMs: 5_000,
} as const;

/**
 * @param overrides for tests, and for hosts that know better than SL-1
 * @throws Error when the environment lacks a variable or a proxy range is none
 */
export function transportSettings(
  host: HostServices,
  server: ServerSpec,
  overrides: Partial<TransportTimeouts> = {},
): TransportSettings {
  const { headersMs, requestMs, keepAliveMs } = server.timeouts;
  const ranges = server.trustedProxies.flatMap((text) => host.resolve(text).split(','));
  return {
    trustedProxies: ranges.filter((text) => text.trim() !== '').map(parseRange),
    limits: server.limits,
    ...(server.proxyProtocol === true ? { announced: new Map() } : {}),
    timeouts: { ...SLOW_CLIENTS, headersMs, requestMs, keepAliveMs, ...overrides },
  };
}

/** A connection as transports need it: a socket, or what stands for one. */
export type ClientSocket = Duplex & {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly encrypted?: boolean;
  readonly getPeerCertificate?: (detailed?: boolean) => { readonly raw?: Buffer } | null;
};

/** What a transport knows of the peer of a connection. */
export interface Peer {
  /** IPv4-mapped addresses folded. */
  readonly address: string;
  readonly trusted: boolean;
  readonly scheme: 'http' | 'https';
  /** DER in base64, where it has shown one. */
  readonly certificate: string | undefined;
  /** The credential that it has sent last, and its SHA-256 in base64. */
  credential: { readonly text: string; readonly hash: string } | undefined;
}

/** Who is at the other end of a connection. */
export function peerOf(
  socket: ClientSocket,
  { trustedProxies, announced, requestsCertificates = false }: TransportSettings,
): Peer {
  const { remoteAddress = '', encrypted } = socket;
  const address = foldAddress(announced?.get(announcedName(socket)) ?? remoteAddress);
  return {
    address,
    trusted: inRanges(trustedProxies, address),
    scheme: encrypted === true ? 'https' : 'http',
    certificate: requestsCertificates ? socket.getPeerCertificate?.()?.raw?.toString('base64') : undefined,
    credential: undefined,
  };
}

/** Names a connection as long as it is there, the same for a socket and the TLS over it. */
export function announcedName({
  remoteAddress = '',
  remotePort = 0,
}: Pick<ClientSocket, 'remoteAddress' | 'remotePort'>): string {
  return `${remoteAddress} ${remotePort}`;
}

/** Hands an exchange to the pipeline; with a reply when its head is refused before any stage. */
export type Serve = (exchange: ServedExchange, refusal: Reply | undefined) => void;

export interface ListenOptions {
  readonly port: number;
  readonly host: string;
  /** Several threads listen on one port. A used port is silent then, so check it once without. */
  readonly reusePort?: boolean;
}

export interface Transport {
  /** @throws the system's error: EADDRINUSE, EACCES … */
  listen(options: ListenOptions): Promise<{ readonly port: number; readonly address: string }>;
  /** Closes the listener; connections live on. */
  stopAccepting(): void;
  /** From now on every answer closes its connection, and idle ones are closed. Requests that still arrive are served (DR-1). */
  drain(): void;
  /** Ends when no connection is left. */
  closed(): Promise<void>;
  /** Destroys what is left. */
  destroy(): void;
  /** Connections that arrive from now on see another certificate; nothing happens to the others. */
  setCertificate(certificate: Certificate): void;
  /** Exchanges begun and not ended. */
  readonly inFlight: number;
  readonly connections: number;
}
