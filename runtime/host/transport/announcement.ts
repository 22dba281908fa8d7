import type { Socket } from 'node:net';
import { foldAddress, inRanges } from '../../address.ts';
import type { HostServices } from '../services.ts';
import { WheelEntry } from '../timer-wheel.ts';
import { readProxyHeader } from './proxy-header.ts';
import { announcedName, type TransportSettings } from './transport.ts';

/**
 * Waits for what a proxy says of its client (RL-26), and gives the connection on with the client's own bytes. Whoever is no trusted proxy,
 * says nothing in time, or says something else, is not served.
 */
export class Announcement extends WheelEntry {
  readonly #socket: Socket;
  readonly #services: HostServices;
  readonly #settings: TransportSettings;
  readonly #next: () => void;
  #bytes = Buffer.alloc(0);
  readonly #read = (chunk: Buffer): void => this.#arrived(chunk);

  /** @param next takes the connection, which is paused */
  constructor(socket: Socket, services: HostServices, settings: TransportSettings, next: () => void) {
    super();
    this.#socket = socket;
    this.#services = services;
    this.#settings = settings;
    this.#next = next;
    // Nobody is left to be answered; `close` follows.
    socket.on('error', () => undefined);
    socket.once('end', () => socket.destroy());
    if (!inRanges(settings.trustedProxies, foldAddress(socket.remoteAddress ?? ''))) {
      socket.destroy();
      return;
    }
    socket.once('close', () => services.wheel.remove(this));
    services.wheel.add(this, services.now() + settings.timeouts.handshakeMs);
    socket.on('data', this.#read);
  }

  override due(): void {
    this.#socket.destroy();
  }

  #arrived(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const header = readProxyHeader(this.#bytes);
    if (header === 'incomplete') return;
    const socket = this.#socket;
    if (header === undefined) {
      socket.destroy();
      return;
    }
    this.#services.wheel.remove(this);
    socket.off('data', this.#read);
    socket.pause();
    this.#remember(header.client?.address);
    if (header.end < this.#bytes.length) socket.unshift(this.#bytes.subarray(header.end));
    this.#next();
  }

  /** Until the connection closes. */
  #remember(address: string | undefined): void {
    const { announced } = this.#settings;
    if (address === undefined || announced === undefined) return;
    const name = announcedName(this.#socket);
    announced.set(name, address);
    this.#socket.once('close', () => announced.delete(name));
  }
}
