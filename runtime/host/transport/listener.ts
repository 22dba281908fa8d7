import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type SecureContext, type TLSSocket, type Server as TlsServer } from 'node:tls';
import type { HostServices } from '../services.ts';
import { Announcement } from './announcement.ts';
import { type Certificate, type ContextOf, contextsByName, secureContextOptions } from './tls-options.ts';
import { type ClientSocket, type ListenOptions, peerOf, type TransportSettings } from './transport.ts';

/** What a connection speaks: TLS lets clients choose (ALPN). */
export type ConnectionProtocol = 'http/1.1' | 'h2';

/** Takes a connection that may stay and has shaken hands. */
export type TakeConnection = (socket: ClientSocket, protocol: ConnectionProtocol) => void;

/** Where the connections of clients arrive: counts them (SL-1), and speaks TLS where the gateway has a certificate (TL-1). */
export class Listener {
  readonly #services: HostServices;
  readonly #settings: TransportSettings;
  readonly #server: Server;
  readonly #tls: TlsServer | undefined;
  /** Of the certificate that is shown now. */
  #contextOf: ContextOf = () => undefined;
  /** Connections that shake hands, or of which it is not known yet whose they are. */
  readonly #shaking = new Set<Socket>();

  /** @param move takes over a plain connection, which was not read yet, before anybody listens to it */
  constructor(services: HostServices, settings: TransportSettings, take: TakeConnection, move?: (socket: Socket) => Socket) {
    this.#services = services;
    this.#settings = settings;
    const { certificate } = settings;
    this.#tls = certificate === undefined ? undefined : this.#secure(certificate, take);
    const moves = move !== undefined && settings.announced === undefined && certificate === undefined;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: moves }, (socket) => {
      if (moves) this.#arrived(move(socket), take);
      else if (settings.announced === undefined) this.#arrived(socket, take);
      else this.#announced(socket, take);
    });
  }

  #arrived(socket: Socket, take: TakeConnection): void {
    if (!this.#services.admission.admit(socket, peerOf(socket, this.#settings))) return;
    if (this.#tls === undefined) take(socket, 'http/1.1');
    else this.#shake(socket, this.#tls);
  }

  /** A proxy says first who its client is. */
  #announced(socket: Socket, take: TakeConnection): void {
    this.#hold(socket);
    new Announcement(socket, this.#services, this.#settings, () => {
      this.#shaking.delete(socket);
      this.#arrived(socket, take);
      if (this.#tls === undefined) process.nextTick(() => socket.resume());
    });
  }

  #secure(certificate: Certificate, take: TakeConnection): TlsServer {
    this.#contextOf = contextsByName(certificate);
    const server = createTlsServer({
      ...secureContextOptions(certificate),
      SNICallback: (name, done) => this.#choose(name, done),
      ticketKeys: Buffer.from(certificate.ticketKeys),
      ALPNProtocols: ['h2', 'http/1.1'],
      handshakeTimeout: this.#settings.timeouts.handshakeMs,
      allowHalfOpen: true,
      requestCert: this.#settings.requestsCertificates === true,
      // Who has proved which key is known then; whether that is enough is judged by the binding of the route.
      rejectUnauthorized: false,
    });
    server.on('secureConnection', (socket) => {
      try {
        take(socket, socket.alpnProtocol === 'h2' ? 'h2' : 'http/1.1');
      } catch (error) {
        this.#services.fault(error, 'tls');
        socket.destroy();
      }
    });
    // A handshake that failed or took too long: nobody is left to be answered.
    server.on('tlsClientError', (_error: Error, socket: TLSSocket) => socket.destroy());
    return server;
  }

  /** Certificate by the name that a client asks for. */
  #choose(name: string, done: (error: Error | null, context?: SecureContext) => void): void {
    try {
      const context = this.#contextOf(name);
      if (context === null) done(new Error('No certificate is for this name.'));
      else done(null, context);
    } catch (error) {
      this.#services.fault(error, 'tls');
      done(new Error('The certificate cannot be chosen.'));
    }
  }

  #shake(socket: Socket, server: TlsServer): void {
    this.#hold(socket);
    try {
      server.emit('connection', socket);
    } catch (error) {
      this.#services.fault(error, 'tls');
      socket.destroy();
    }
  }

  #hold(socket: Socket): void {
    this.#shaking.add(socket);
    socket.once('close', () => this.#shaking.delete(socket));
  }

  /** @throws the system's error: EADDRINUSE, EACCES … */
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

  /** Connections that arrive from now on see another certificate. Does nothing without TLS. */
  setCertificate(certificate: Certificate): void {
    if (this.#tls === undefined) return;
    this.#contextOf = contextsByName(certificate);
    this.#tls.setSecureContext({ ...secureContextOptions(certificate), ticketKeys: Buffer.from(certificate.ticketKeys) });
  }

  /** Takes no more connections. */
  close(): void {
    if (this.#server.listening) this.#server.close();
  }

  /** Drops those that still shake hands. */
  destroy(): void {
    this.close();
    for (const socket of this.#shaking) socket.destroy();
  }
}
