import type { HostServices } from '../../services.ts';
import type { ClientSocket, Serve, TransportSettings } from '../transport.ts';
import type { Arrival } from './arrival.ts';
import type { HeadRules, RequestHead } from './request-head.ts';

/** A connection as its transport sees it. */
export interface KeptConnection {
  readonly socket: ClientSocket;
  /** Closes it when it is idle. */
  closeIdle(): void;
}

/** What all connections of a direct transport share. */
export interface DirectShared {
  readonly services: HostServices;
  readonly settings: TransportSettings;
  readonly serve: Serve;
  readonly rules: HeadRules;
  /** Filled by the parser, read at once. */
  readonly head: RequestHead;
  /** Filled by each read, used up at once. */
  readonly arrival: Arrival;
  /** Fields of an answer after which the connection lives on. */
  readonly keepAlive: string;
  /** The listener is open; without it no connection stays idle. */
  accepting: boolean;
  /** Every answer is the last of its connection. */
  draining: boolean;
  /** Exchanges begun and not ended. */
  inFlight: number;
  /** The library transport takes a connection, which is paused; the bytes that were not used are put back. */
  handOver(connection: KeptConnection): void;
  /** A connection is closed. */
  gone(connection: KeptConnection): void;
}
