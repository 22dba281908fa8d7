import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { UpstreamAddress } from '../../upstream-client.ts';

/** Where bytes of a socket go. */
export interface SocketReader {
  /** Where the next read goes. */
  nextBuffer(): Uint8Array;
  /** Bytes were read into the buffer. Returns false to stop reading. */
  read(length: number, bytes: Uint8Array): boolean;
  /** The TLS session to resume, kept by the pool. */
  tlsSession: Buffer | undefined;
}

/**
 * Connects to a target. Bytes are read into memory of the reader's choice (`onread`), so a read allocates nothing. For https the
 * certificate is verified against the host name, and only HTTP/1.1 is spoken.
 */
export function openSocket({ scheme, authority, hostname }: UpstreamAddress, reader: SocketReader): Socket {
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  const port = Number(/:([0-9]+)$/.exec(authority)?.[1] ?? (scheme === 'https' ? 443 : 80));
  const onread = {
    buffer: () => reader.nextBuffer(),
    callback: (length: number, bytes: Uint8Array): boolean => reader.read(length, bytes),
  };
  if (scheme === 'http') return connect({ host, port, noDelay: true, onread });
  const socket = connectTls({
    ...{ host, port, onread },
    ALPNProtocols: ['http/1.1'],
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(reader.tlsSession === undefined ? {} : { session: reader.tlsSession }),
  });
  socket.setNoDelay(true);
  socket.on('session', (session: Buffer) => {
    reader.tlsSession = session;
  });
  return socket;
}
