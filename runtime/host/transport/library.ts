import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { foldAddress, inRanges } from '../../address.ts';
import type { Reply } from '../../contract.ts';
import { problem } from '../../problem.ts';
import { newRequestId } from '../../request-id.ts';
import type { HostServices } from '../services.ts';
import { LibraryExchange, type Peer } from './library-exchange.ts';
import { rawAnswer } from './raw-answer.ts';
import type { ListenOptions, Serve, Transport, TransportSettings } from './transport.ts';

const REQUESTS_PER_CONNECTION = 10_000;

/** The library transport: node:http reads requests and writes answers. What it lets pass is judged again (SM-1). */
export function createLibraryTransport(host: HostServices, settings: TransportSettings, serve: Serve): Transport {
  return new LibraryTransport(host, settings, serve);
}

class LibraryTransport implements Transport {
  readonly #host: HostServices;
  readonly #settings: TransportSettings;
  readonly #serve: Serve;
  readonly #server: Server;
  readonly #exchanges = new Set<LibraryExchange>();
  readonly #sockets = new Set<Socket>();
  readonly #peers = new WeakMap<Duplex, Peer>();
  /** The exchange whose request is being read or was read last on a connection. */
  readonly #latest = new WeakMap<Duplex, LibraryExchange>();
  #checker: NodeJS.Timeout | undefined;
  #draining = false;

  constructor(host: HostServices, settings: TransportSettings, serve: Serve) {
    this.#host = host;
    this.#settings = settings;
    this.#serve = serve;
    const { limits, timeouts } = settings;
    this.#server = createServer({
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
    this.#server.maxHeadersCount = 0;
    this.#server.maxRequestsPerSocket = REQUESTS_PER_CONNECTION;
    this.#server.on('connection', (socket: Socket) => this.#connected(socket));
    const begin = (request: IncomingMessage, response: ServerResponse): void => this.#begin(request, response);
    for (const event of ['request', 'checkContinue', 'checkExpectation']) this.#server.on(event, begin);
    this.#server.on('connect', (_request: IncomingMessage, socket: Duplex) => this.#refuse(socket, problem.methodNotAllowed('')));
    this.#server.on('clientError', (error: Error, socket: Duplex) => this.#clientError(error, socket));
  }

  listen({ port, host, reusePort = false }: ListenOptions): Promise<{ readonly port: number; readonly address: string }> {
    const server = this.#server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host, reusePort, exclusive: true }, () => {
        server.off('error', reject);
        this.#checker = setInterval(() => this.#check(), this.#settings.timeouts.checkMs);
        this.#checker.unref();
        const address = server.address();
        if (address === null || typeof address === 'string') reject(new Error('The listener has no address.'));
        else resolve({ port: address.port, address: address.address });
      });
    });
  }

  stopAccepting(): void {
    // http.Server.close also closes idle connections and stops the checks of node:http; the latter is why ours are separate.
    if (this.#server.listening) this.#server.close();
  }

  drain(): void {
    this.#draining = true;
    this.#server.closeIdleConnections();
  }

  closed(): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.#sockets.size > 0) return;
        clearInterval(this.#checker);
        resolve();
      };
      for (const socket of this.#sockets) socket.once('close', () => setImmediate(look));
      look();
    });
  }

  destroy(): void {
    this.stopAccepting();
    clearInterval(this.#checker);
    for (const socket of this.#sockets) socket.destroy();
  }

  get inFlight(): number {
    return this.#exchanges.size;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  #connected(socket: Socket): void {
    const address = foldAddress(socket.remoteAddress ?? '');
    this.#peers.set(socket, { address, trusted: inRanges(this.#settings.trustedProxies, address), scheme: 'http' });
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #begin(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const peer = this.#peers.get(socket) ?? { address: '', trusted: false, scheme: 'http' };
    const exchange = new LibraryExchange(this.#host, this.#settings, peer, request, response, (one) =>
      this.#linger(one, request),
    );
    this.#exchanges.add(exchange);
    this.#latest.set(socket, exchange);
    if (this.#draining) response.shouldKeepAlive = false;
    response.on('drain', () => exchange.drained());
    response.on('close', () => {
      this.#exchanges.delete(exchange);
      exchange.finish(response.writableFinished);
    });
    this.#serve(exchange, exchange.refusal ?? this.#unsupported(request));
  }

  /** What node:http reads but this gateway does not speak. */
  #unsupported(request: IncomingMessage): Reply | undefined {
    if (request.httpVersionMajor !== 1) return problem.versionUnknown;
    return request.headers.upgrade?.toLowerCase() === 'websocket' ? problem.upgradeRefused : undefined;
  }

  /**
   * Ends a connection on which the client still sends a body that nobody reads: the answer is sent and the connection half-closed, then
   * what arrives is thrown away for a while. Closing at once would reset the connection, and with it the answer on its way.
   */
  #linger(exchange: LibraryExchange, request: IncomingMessage): void {
    const { socket } = request;
    exchange.abandonBody();
    // node:http calls this when the last answer of a connection was written.
    socket.destroySoon = () => {
      socket.end();
      request.resume();
      const timer = setTimeout(() => socket.destroy(), this.#settings.timeouts.lingerMs);
      socket.once('close', () => clearTimeout(timer));
    };
  }

  #clientError(error: Error, socket: Duplex): void {
    const reply = parserRefusal(error);
    const latest = this.#latest.get(socket);
    if (latest !== undefined && !latest.ended) {
      // An answer is on its way on this connection: the bad bytes are the rest of its request, or follow it.
      if (reply !== undefined && !latest.bodyComplete) latest.failBody(reply);
      else if (reply === undefined) socket.destroy();
      return;
    }
    if (reply === undefined) socket.destroy();
    else this.#refuse(socket, reply);
  }

  #refuse(socket: Duplex, reply: Reply): void {
    if (socket.writable) socket.write(rawAnswer(reply, newRequestId()), 'latin1');
    socket.end();
    const timer = setTimeout(() => socket.destroy(), this.#settings.timeouts.lingerMs);
    socket.once('close', () => clearTimeout(timer));
    socket.resume();
  }

  #check(): void {
    const now = this.#host.now();
    for (const exchange of this.#exchanges) exchange.check(now);
  }
}

/** The refusal for an error of node:http's parser; undefined when the connection itself failed. */
function parserRefusal(error: Error): Reply | undefined {
  const code = 'code' in error ? error.code : '';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return problem.requestTimeout;
  if (code === 'HPE_HEADER_OVERFLOW') return problem.headersTooLarge;
  if (typeof code !== 'string' || !code.startsWith('HPE_')) return undefined;
  const packet = 'rawPacket' in error && error.rawPacket instanceof Uint8Array ? error.rawPacket : undefined;
  const line = packet === undefined ? '' : (Buffer.from(packet).toString('latin1', 0, 8_192).split('\r\n', 1)[0] ?? '');
  if (code === 'HPE_INVALID_METHOD' && /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+ [\x21-\x7e]+ HTTP\/1\.[01]$/.test(line))
    return { ...problem.methodUnknown, close: true };
  if (code === 'HPE_INVALID_VERSION' && / HTTP\/\d\.\d$/.test(line)) return problem.versionUnknown;
  return problem.malformed('The request is not valid HTTP.');
}
