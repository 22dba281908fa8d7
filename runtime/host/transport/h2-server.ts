import {
  constants,
  createServer,
  type Http2Server,
  type Http2Session,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { HostServices } from '../services.ts';
import { H2Exchange } from './h2-exchange.ts';
import { type ClientSocket, type Peer, peerOf, type Serve, type TransportSettings } from './transport.ts';

/** H2-1. */
const STREAMS = 100;
const RESETS = 100;
const RESETS_MS = 10_000;
const CONTROLS = 10;
const CONTROLS_MS = 1_000;
const SESSION_MS = 3_600_000;
const SESSION_MEGABYTES = 10;
const REQUESTS_PER_SESSION = 10_000;
/** Fields above the limit that are still read, so that they are answered with 431 and not with a reset. */
const MORE_FIELDS = 32;

/** HTTP/2 over connections that ALPN chose it for: node:http2 reads frames, this keeps the limits of H2-1 and SL-1. */
export class H2Server {
  readonly #services: HostServices;
  readonly #settings: TransportSettings;
  readonly #serve: Serve;
  readonly #server: Http2Server;
  readonly #sessions = new Map<Http2Session, H2Session>();
  readonly #exchanges = new Set<H2Exchange>();
  /** The connection that becomes a session next. */
  #taken: ClientSocket | undefined;
  #draining = false;
  #accepting = true;

  constructor(services: HostServices, settings: TransportSettings, serve: Serve) {
    this.#services = services;
    this.#settings = settings;
    this.#serve = serve;
    const { headBytes, headerCount } = settings.limits;
    this.#server = createServer({
      settings: { maxConcurrentStreams: STREAMS, maxHeaderListSize: headBytes, enableConnectProtocol: false },
      maxHeaderListPairs: headerCount + MORE_FIELDS,
      maxSessionMemory: SESSION_MEGABYTES,
      streamResetBurst: RESETS * 2,
      streamResetRate: RESETS / 10,
      maxSessionInvalidFrames: RESETS,
    });
    this.#server.on('session', (session) => this.#began(session));
    this.#server.on('stream', (stream, _headers, flags, rawHeaders) => this.#begin(stream, flags, rawHeaders));
    // What comes of it is told to the session.
    this.#server.on('sessionError', () => undefined);
  }

  get inFlight(): number {
    return this.#exchanges.size;
  }

  get connections(): number {
    return this.#sessions.size;
  }

  take(socket: ClientSocket): void {
    this.#taken = socket;
    this.#server.emit('connection', socket);
    this.#taken = undefined;
  }

  stopAccepting(): void {
    this.#accepting = false;
    for (const session of this.#sessions.values()) session.closeIdle();
  }

  drain(): void {
    this.#draining = true;
    for (const { session } of this.#sessions.values()) session.close();
  }

  /** Calls when a session ends, once for each that is there. */
  onClosed(tell: () => void): void {
    for (const { socket } of this.#sessions.values()) socket.once('close', () => setImmediate(tell));
  }

  destroy(): void {
    for (const { session, socket } of this.#sessions.values()) {
      session.destroy();
      socket.destroy();
    }
  }

  /** Looks for what is due. */
  check(now: number): void {
    for (const exchange of this.#exchanges) exchange.check(now);
    for (const session of this.#sessions.values()) session.check(now);
  }

  #began(session: ServerHttp2Session): void {
    const socket = this.#taken;
    if (socket === undefined) return;
    const held = new H2Session(session, socket, peerOf(socket, this.#settings), this.#services, this.#settings);
    this.#sessions.set(session, held);
    // Sockets may be half open here for HTTP/1.1; who ends one that speaks HTTP/2 has left.
    socket.once('end', () => socket.destroy());
    socket.once('close', () => {
      this.#sessions.delete(session);
      if (!session.destroyed) session.destroy();
    });
  }

  #begin(stream: ServerHttp2Stream, flags: number, raw: readonly string[]): void {
    const { session } = stream;
    const held = session === undefined ? undefined : this.#sessions.get(session);
    stream.on('error', () => undefined);
    if (held === undefined) {
      stream.close(constants.NGHTTP2_REFUSED_STREAM);
      return;
    }
    held.begins();
    const bodiless = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    const exchange = new H2Exchange(this.#services, this.#settings, held.peer, stream, raw, bodiless);
    this.#exchanges.add(exchange);
    exchange.onEnd = () => this.#exchanges.delete(exchange);
    stream.once('close', () => {
      held.ended(stream.rstCode);
      exchange.finish(exchange.answered && stream.writableFinished && stream.rstCode === constants.NGHTTP2_NO_ERROR);
    });
    this.#serve(exchange, exchange.refusal);
    // The answer is the last of its connection.
    if (this.#draining || !this.#accepting) held.session.close();
  }
}

/** One connection that speaks HTTP/2. */
class H2Session {
  readonly session: ServerHttp2Session;
  readonly socket: ClientSocket;
  readonly peer: Peer;
  readonly #services: HostServices;
  readonly #settings: TransportSettings;
  readonly #startedAt: number;
  readonly #resets: Frequency = new Frequency(RESETS, RESETS_MS);
  readonly #controls: Frequency = new Frequency(CONTROLS, CONTROLS_MS);
  #streams = 0;
  #requests = 0;
  #idleSince: number;
  /** When it was told to close. */
  #closedAt = 0;

  constructor(
    session: ServerHttp2Session,
    socket: ClientSocket,
    peer: Peer,
    services: HostServices,
    settings: TransportSettings,
  ) {
    this.session = session;
    this.socket = socket;
    this.peer = peer;
    this.#services = services;
    this.#settings = settings;
    this.#startedAt = services.now();
    this.#idleSince = this.#startedAt;
    session.on('error', () => undefined);
    session.on('ping', () => this.#control());
    session.on('remoteSettings', () => this.#control());
  }

  begins(): void {
    this.#streams += 1;
    this.#requests += 1;
    if (this.#requests === REQUESTS_PER_SESSION) this.session.close();
  }

  /** @param code why the stream ended; 0 = it was complete */
  ended(code: number): void {
    this.#streams -= 1;
    const now = this.#services.now();
    if (this.#streams === 0) this.#idleSince = now;
    if (code !== constants.NGHTTP2_NO_ERROR && this.#resets.exceeded(now)) this.#calm();
  }

  #control(): void {
    if (this.#controls.exceeded(this.#services.now())) this.#calm();
  }

  /** Ends the connection of a client that makes more work than it asks for. */
  #calm(): void {
    if (this.session.destroyed) return;
    this.session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    // What is destroyed in the same turn is not written any more.
    setImmediate(() => this.session.destroy());
  }

  closeIdle(): void {
    if (this.#streams === 0) this.session.close();
  }

  check(now: number): void {
    const { headersMs, keepAliveMs, lingerMs } = this.#settings.timeouts;
    const idleMs = this.#requests === 0 ? headersMs : keepAliveMs;
    const idle = this.#streams === 0 && now - this.#idleSince > idleMs;
    if ((idle || now - this.#startedAt > SESSION_MS) && !this.session.closed) this.session.close();
    if (!this.session.closed || this.#streams > 0) return;
    if (this.#closedAt === 0) this.#closedAt = now;
    else if (now - this.#closedAt > lingerMs) this.socket.destroy();
  }
}

/** Whether something happens more often than allowed in a time. */
class Frequency {
  readonly #most: number;
  readonly #withinMs: number;
  #since = Number.NEGATIVE_INFINITY;
  #count = 0;

  constructor(most: number, withinMs: number) {
    this.#most = most;
    this.#withinMs = withinMs;
  }

  /** It has happened once more. */
  exceeded(now: number): boolean {
    if (now - this.#since >= this.#withinMs) {
      this.#since = now;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count > this.#most;
  }
}
