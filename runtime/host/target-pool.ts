import type { Socket } from 'node:net';
import { buildConnector, Pool } from 'undici';
import type { WeightedTarget } from './targets.ts';

/** The connections to one target. Survives reloads; no header, path or policy belongs to it. */
export interface TargetPool {
  /** `http://orders:8080` */
  readonly origin: string;
  readonly pool: Pool;
  /** Whether this error ended a connection that had answered an earlier request. */
  endedReused(error: Error): boolean;
  close(): void;
}

/** One address of an upstream, with undici's connections to it. */
export interface Target extends WeightedTarget {
  readonly pool: TargetPool;
}

/** DR-6: below the 5 s after which Node services close an idle connection; shorter when the target's `Keep-Alive` says so. */
const IDLE_MS = 4_000;
const IDLE_HINT_MAX_MS = 60_000;
const IDLE_HINT_MARGIN_MS = 1_000;
/** The route's own connect timeout answers earlier; this one only ends the attempt itself. */
const CONNECT_MS = 30_000;
const HEAD_BYTES = 32 * 1024;

/**
 * Opens the pool of a target. Its timeouts for the head and the body are off: the exchange has its own (TO-1). Redirects, retries,
 * decompression and HTTP/2 are off; one request at a time on a connection.
 *
 * @param origin scheme and authority, `http://orders:8080`
 */
export function openTargetPool(origin: string): TargetPool {
  const sockets = new WeakMap<Error, Socket>();
  const connectSocket = buildConnector({ allowH2: false, timeout: CONNECT_MS });
  const pool = new Pool(origin, {
    allowH2: false,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_HINT_MAX_MS,
    keepAliveTimeoutThreshold: IDLE_HINT_MARGIN_MS,
    maxHeaderSize: HEAD_BYTES,
    connect(options, callback) {
      connectSocket(options, (...result) => {
        const [, socket] = result;
        socket?.on('error', (error) => sockets.set(error, socket));
        callback(...result);
      });
    },
  });
  return {
    origin,
    pool,
    endedReused: (error) => (sockets.get(error)?.bytesRead ?? bytesRead(error)) > 0,
    close: () => void pool.close().catch(() => undefined),
  };
}

/** undici's SocketError carries the counters of its socket. */
function bytesRead(error: Error): number {
  if (!('socket' in error) || typeof error.socket !== 'object' || error.socket === null || !('bytesRead' in error.socket))
    return 0;
  return typeof error.socket.bytesRead === 'number' ? error.socket.bytesRead : 0;
}
