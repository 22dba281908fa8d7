import type { HostServices } from '../../services.ts';
import { ArrivedSocket } from '../arrived-socket.ts';
import { type AdoptingTransport, createLibraryTransport } from '../library.ts';
import { type ConnectionProtocol, Listener } from '../listener.ts';
import type { Certificate } from '../tls-options.ts';
import {
  type ClientSocket,
  type ListenOptions,
  peerOf,
  type Serve,
  type Transport,
  type TransportSettings,
} from '../transport.ts';
import { keepAliveFields } from './answer-head.ts';
import { Arrival } from './arrival.ts';
import { DirectConnection } from './connection.ts';
import { FieldNames } from './field-names.ts';
import { RequestHead } from './request-head.ts';
import type { DirectShared, KeptConnection } from './shared.ts';

/**
 * The direct transport: HTTP/1.1 on sockets, without the objects of node:http. What is valid but unusual goes, with its connection, to a
 * library transport of its own (`request-head.ts` says what).
 */
export function createDirectTransport(services: HostServices, settings: TransportSettings, serve: Serve): Transport {
  return new DirectTransport(services, settings, serve);
}

class DirectTransport implements Transport {
  readonly #listener: Listener;
  readonly #shared: DirectShared;
  readonly #library: AdoptingTransport;
  readonly #connections = new Set<KeptConnection>();
  /** Told when the last connection of our own is gone. */
  #onEmpty: (() => void)[] = [];

  constructor(services: HostServices, settings: TransportSettings, serve: Serve) {
    const { limits, timeouts } = settings;
    this.#library = createLibraryTransport(services, settings, serve);
    this.#shared = {
      services,
      settings,
      serve,
      rules: { limits, names: new FieldNames(services.headerSlots) },
      head: new RequestHead(),
      arrival: new Arrival(),
      keepAlive: keepAliveFields(timeouts.keepAliveMs),
      accepting: true,
      draining: false,
      inFlight: 0,
      handOver: (connection) => {
        this.#library.adopt(connection.socket, 'http/1.1');
        this.#gone(connection);
      },
      gone: (connection) => this.#gone(connection),
    };
    this.#listener = new Listener(services, settings, (socket, protocol) => this.#take(socket, protocol), ArrivedSocket.moved);
  }

  #take(socket: ClientSocket, protocol: ConnectionProtocol): void {
    if (protocol === 'h2') {
      this.#library.adopt(socket, protocol);
      return;
    }
    const connection = new DirectConnection(socket, peerOf(socket, this.#shared.settings), this.#shared);
    this.#connections.add(connection);
    if (!this.#shared.accepting) connection.closeIdle();
  }

  listen(options: ListenOptions): Promise<{ readonly port: number; readonly address: string }> {
    return this.#listener.listen(options);
  }

  setCertificate(certificate: Certificate): void {
    this.#listener.setCertificate(certificate);
  }

  stopAccepting(): void {
    this.#listener.close();
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
    this.#listener.destroy();
    for (const { socket } of this.#connections) socket.destroy();
    this.#library.destroy();
  }

  get inFlight(): number {
    return this.#shared.inFlight + this.#library.inFlight;
  }

  get connections(): number {
    return this.#connections.size + this.#library.connections;
  }

  #gone(connection: KeptConnection): void {
    this.#connections.delete(connection);
    if (this.#connections.size > 0) return;
    for (const tell of this.#onEmpty.splice(0)) tell();
  }
}
