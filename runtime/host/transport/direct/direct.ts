import { createServer, type Server } from 'node:net';
import type { HostServices } from '../../services.ts';
import { type AdoptingTransport, createLibraryTransport } from '../library.ts';
import {
  type ClientSocket,
  type ListenOptions,
  peerOf,
  type Serve,
  type Transport,
  type TransportSettings,
} from '../transport.ts';
import { keepAliveFields } from './answer-head.ts';
import { DirectConnection } from './connection.ts';
import { FieldNames } from './field-names.ts';
import { FlushQueue } from './outlet.ts';
import { RequestHead } from './request-head.ts';
import type { DirectShared } from './shared.ts';

/** A transport that also serves connections whose listener is not its own. */
export interface AcceptingTransport extends Transport {
  accept(socket: ClientSocket): void;
}

/**
 * The direct transport: HTTP/1.1 on sockets, without the objects of node:http. What is valid but unusual goes, with its connection, to a
 * library transport of its own (`request-head.ts` says what).
 */
export function createDirectTransport(services: HostServices, settings: TransportSettings, serve: Serve): AcceptingTransport {
  return new DirectTransport(services, settings, serve);
}

class DirectTransport implements AcceptingTransport {
  readonly #services: HostServices;
  readonly #server: Server;
  readonly #shared: DirectShared;
  readonly #library: AdoptingTransport;
  readonly #connections = new Set<DirectConnection>();
  /** Told when the last connection of our own is gone. */
  #onEmpty: (() => void)[] = [];

  constructor(services: HostServices, settings: TransportSettings, serve: Serve) {
    const { limits, timeouts } = settings;
    this.#services = services;
    this.#library = createLibraryTransport(services, settings, serve);
    this.#shared = {
      services,
      settings,
      serve,
      rules: { limits, names: new FieldNames(services.headerSlots) },
      head: new RequestHead(),
      keepAlive: keepAliveFields(timeouts.keepAliveMs),
      flushes: new FlushQueue(),
      accepting: true,
      draining: false,
      inFlight: 0,
      handOver: (connection, socket) => {
        this.#library.adopt(socket);
        this.#gone(connection);
      },
      gone: (connection) => this.#gone(connection),
    };
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.accept(socket));
  }

  accept(socket: ClientSocket): void {
    const peer = peerOf(socket, this.#shared.settings);
    if (!this.#services.admission.admit(socket, peer)) return;
    this.#connections.add(new DirectConnection(socket, peer, this.#shared));
  }

  listen({ port, host, reusePort = false }: ListenOptions): Promise<{ readonly port: number; readonly address: string }> {
    const server = this.#server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host, reusePort, exclusive: true }, () => {
        server.off('error', reject);
        // Out of file descriptors, mostly: the connection is lost, the listener is not.
        server.on('error', (error) => this.#services.fault(error, 'listener'));
        const address = server.address();
        if (address === null || typeof address === 'string') reject(new Error('The listener has no address.'));
        else resolve({ port: address.port, address: address.address });
      });
    });
  }

  stopAccepting(): void {
    if (this.#server.listening) this.#server.close();
    this.#shared.accepting = false;
    for (const connection of this.#connections) connection.closeIdle();
    this.#library.stopAccepting();
  }

  drain(): void {
    this.#shared.draining = true;
    this.#library.drain();
  }

  async closed(): Promise<void> {
    while (this.connections > 0) {
      if (this.#connections.size > 0) await new Promise<void>((resolve) => this.#onEmpty.push(resolve));
      await this.#library.closed();
    }
  }

  destroy(): void {
    this.stopAccepting();
    for (const { socket } of this.#connections) socket.destroy();
    this.#library.destroy();
  }

  get inFlight(): number {
    return this.#shared.inFlight + this.#library.inFlight;
  }

  get connections(): number {
    return this.#connections.size + this.#library.connections;
  }

  #gone(connection: DirectConnection): void {
    this.#connections.delete(connection);
    if (this.#connections.size > 0) return;
    for (const tell of this.#onEmpty.splice(0)) tell();
  }
}
