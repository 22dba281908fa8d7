import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Reply } from '../../contract.ts';
import { problem } from '../../problem.ts';
import type { HostServices } from '../services.ts';
import { WheelEntry } from '../timer-wheel.ts';
import { H2Server } from './h2-server.ts';
import { LibraryConnection, type Shared } from './library-connection.ts';
import { LibraryExchange } from './library-exchange.ts';
import { type ConnectionProtocol, Listener } from './listener.ts';
import type { Certificate } from './tls-options.ts';
import {
  type ClientSocket,
  type ListenOptions,
  peerOf,
  type Serve,
  type Transport,
  type TransportSettings,
} from './transport.ts';

const REQUESTS_PER_CONNECTION = 10_000;

/** A transport that also takes connections which another one has accepted. */
export interface AdoptingTransport extends Transport {
  /**
   * Serves a connection from now on. The listeners of the other transport must be gone, the bytes that it has not used put back, and the
   * connection paused: it flows again in the next turn, when node:http listens.
   */
  adopt(socket: ClientSocket, protocol: ConnectionProtocol): void;
}

/** The library transport: node:http reads requests and writes answers. What it lets pass is judged again (SM-1). */
export function createLibraryTransport(host: HostServices, settings: TransportSettings, serve: Serve): AdoptingTransport {
  return new LibraryTransport(host, settings, serve);
}

class LibraryTransport implements AdoptingTransport {
  readonly #host: HostServices;
  readonly #settings: TransportSettings;
  readonly #serve: Serve;
  readonly #listener: Listener;
  readonly #server: Server;
  /** The server of node:http looks at its timeouts. */
  #looking = false;
  readonly #h2: H2Server;
  readonly #exchanges = new Set<LibraryExchange>();
  readonly #connections = new Map<Duplex, LibraryConnection>();
  readonly #turns: Turns;
  #accepting = true;
  readonly #shared: Shared;

  constructor(host: HostServices, settings: TransportSettings, serve: Serve) {
    this.#host = host;
    this.#settings = settings;
    this.#turns = new Turns(host, settings.timeouts.checkMs, (now) => this.#check(now));
    this.#serve = serve;
    const { limits, timeouts } = settings;
    this.#shared = {
      draining: false,
      lingerMs: timeouts.lingerMs,
      headBytes: limits.headBytes,
      log: (record) => host.log(record),
    };
    const server = createServer({
      maxHeaderSize: limits.headBytes,
      headersTimeout: timeouts.headersMs,
      // Bodies have their own rules: a large upload may take longer than this, a slow one is refused earlier.
      requestTimeout: 0,
      keepAliveTimeout: timeouts.keepAliveMs,
      connectionsCheckingInterval: timeouts.checkMs,
      insecureHTTPParser: false,
      // Checked with the rest of the head, so that the refusal is a problem.
      requireHostHeader: false,
      noDelay: true,
    });
    // Counted with the rest of the head; a parser that stops counting would hide fields.
    server.maxHeadersCount = 0;
    server.maxRequestsPerSocket = REQUESTS_PER_CONNECTION;
    // A client may half-close after its request and still gets the answer; @types/node does not know the member.
    Object.assign(server, { httpAllowHalfOpen: true });
    server.on('connection', (socket: Socket) => this.#connected(socket));
    const begin = (request: IncomingMessage, response: ServerResponse): void => this.#begin(request, response);
    for (const event of ['request', 'checkContinue', 'checkExpectation']) server.on(event, begin);
    server.on('connect', ({ socket }: IncomingMessage) => this.#connections.get(socket)?.fail(problem.methodNotAllowed('')));
    server.on('clientError', (error: Error, socket: Duplex) => this.#clientError(error, socket));
    this.#server = server;
    this.#h2 = new H2Server(host, settings, serve);
    this.#listener = new Listener(host, settings, (socket, protocol) => this.adopt(socket, protocol));
  }

  listen(options: ListenOptions): Promise<{ readonly port: number; readonly address: string }> {
    return this.#listener.listen(options);
  }

  setCertificate(certificate: Certificate): void {
    this.#listener.setCertificate(certificate);
  }

  adopt(socket: ClientSocket, protocol: ConnectionProtocol): void {
    if (protocol === 'h2') {
      this.#turns.start();
      this.#h2.take(socket);
      return;
    }
    // A server of node:http that never listened looks at no timeout; this is what makes it look.
    if (!this.#looking) this.#server.emit('listening');
    this.#looking = true;
    this.#turns.start();
    this.#server.emit('connection', socket);
    process.nextTick(() => socket.resume());
  }

  stopAccepting(): void {
    this.#listener.close();
    this.#server.closeIdleConnections();
    this.#h2.stopAccepting();
    this.#accepting = false;
  }

  drain(): void {
    this.#shared.draining = true;
    this.#h2.drain();
  }

  closed(): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.connections > 0) return;
        this.#rest();
        resolve();
      };
      for (const socket of this.#connections.keys()) socket.once('close', () => setImmediate(look));
      this.#h2.onClosed(look);
      look();
    });
  }

  destroy(): void {
    this.stopAccepting();
    this.#listener.destroy();
    this.#rest();
    for (const socket of this.#connections.keys()) socket.destroy();
    this.#h2.destroy();
  }

  /** No connection is left to be looked at. */
  #rest(): void {
    this.#turns.stop();
    // It never listened; this ends its looking.
    this.#server.close();
    this.#looking = false;
  }

  get inFlight(): number {
    return this.#exchanges.size + this.#h2.inFlight;
  }

  get connections(): number {
    return this.#connections.size + this.#h2.connections;
  }

  #connected(socket: Socket): void {
    const peer = peerOf(socket, this.#settings);
    const connection = new LibraryConnection(socket, peer, this.#shared);
    this.#connections.set(socket, connection);
    socket.on('end', () => connection.halfClosed());
    socket.once('close', () => {
      this.#connections.delete(socket);
      connection.gone();
    });
  }

  #begin(request: IncomingMessage, response: ServerResponse): void {
    const connection = this.#connections.get(request.socket);
    if (connection === undefined || !connection.begins()) {
      request.resume();
      return;
    }
    const exchange = new LibraryExchange(this.#host, this.#settings, connection, request, response);
    this.#exchanges.add(exchange);
    response.on('drain', () => exchange.drained());
    response.on('close', () => {
      exchange.finish(response.writableFinished);
      const next = connection.ended(exchange);
      if (next !== undefined) this.#serve(next, next.refusal);
    });
    exchange.onEnd = () => this.#exchanges.delete(exchange);
    if (connection.add(exchange)) this.#serve(exchange, exchange.refusal);
  }

  #clientError(error: Error, socket: Duplex): void {
    const reply = parserRefusal(error);
    if (reply === undefined) socket.destroy();
    else this.#connections.get(socket)?.fail(reply);
  }

  #check(now: number): void {
    for (const exchange of this.#exchanges) exchange.check(now);
    this.#h2.check(now);
    if (!this.#accepting) this.#closeSilent();
  }

  /** node:http does not count a connection as idle that has never sent anything: it would keep a process that ends. */
  #closeSilent(): void {
    for (const { socket } of this.#connections.values()) if (socket.bytesRead === 0) socket.destroy();
  }
}

/** Calls from time to time, by the wheel of the thread. */
class Turns extends WheelEntry {
  readonly #host: HostServices;
  readonly #everyMs: number;
  readonly #call: (now: number) => void;
  running = false;

  constructor(host: HostServices, everyMs: number, call: (now: number) => void) {
    super();
    this.#host = host;
    this.#everyMs = everyMs;
    this.#call = call;
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    this.#host.wheel.add(this, this.#host.now() + this.#everyMs);
  }

  stop(): void {
    this.running = false;
    this.#host.wheel.remove(this);
  }

  override due(now: number): void {
    this.#call(now);
    if (this.running) this.#host.wheel.add(this, now + this.#everyMs);
  }
}

/** The refusal for an error of node:http's parser; undefined when the connection itself failed. */
function parserRefusal(error: Error): Reply | undefined {
  const code = 'code' in error ? error.code : '';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return problem.requestTimeout;
  // The client left in the middle of a request.
  if (code === 'HPE_INVALID_EOF_STATE') return undefined;
  if (code === 'HPE_HEADER_OVERFLOW') return problem.headersTooLarge;
  if (typeof code !== 'string' || !code.startsWith('HPE_')) return undefined;
  const line = requestLine(error);
  if (code === 'HPE_INVALID_METHOD' && /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+ [\x21-\x7e]+ HTTP\/1\.[01]$/.test(line))
    return { ...problem.methodUnknown, close: true };
  // A line that holds a bare LF is none.
  if (code === 'HPE_INVALID_VERSION' && /^[^\r\n]* HTTP\/\d\.\d$/.test(line)) return problem.versionUnknown;
  return problem.malformed('The request is not valid HTTP.');
}

/** The line the parser stopped in; what came before it on the connection was fine. */
function requestLine(error: Error): string {
  if (!('rawPacket' in error) || !(error.rawPacket instanceof Uint8Array)) return '';
  const text = Buffer.from(error.rawPacket).toString('latin1');
  const at = 'bytesParsed' in error && typeof error.bytesParsed === 'number' ? error.bytesParsed : 0;
  const start = at === 0 ? 0 : text.lastIndexOf('\r\n', at - 1) + 2;
  const end = text.indexOf('\r\n', start);
  return text.slice(start === 1 ? 0 : start, end === -1 ? undefined : end);
}
