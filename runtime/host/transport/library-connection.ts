import type { Socket } from 'node:net';
import type { Reply } from '../../contract.ts';
import type { ExchangeRecord } from '../../exchange.ts';
import { newRequestId } from '../../request-id.ts';
import type { LibraryExchange, LibraryExchangeConnection } from './library-exchange.ts';
import { rawAnswer, rawRecord } from './raw-answer.ts';
import { RawRequests } from './raw-requests.ts';
import type { Peer } from './transport.ts';

/** What all connections of a transport share. */
export interface Shared {
  /** Every answer is the last of its connection. */
  draining: boolean;
  /** Milliseconds in which unread bytes are thrown away before a connection is closed. */
  readonly lingerMs: number;
  /** Largest head, bytes. */
  readonly headBytes: number;
  log(record: ExchangeRecord): void;
}

/**
 * One client connection. Requests that a client sends without waiting for the answers are served one after another, so that one
 * connection never has more than one request at an upstream.
 */
export class LibraryConnection implements LibraryExchangeConnection {
  readonly socket: Socket;
  readonly peer: Peer;
  readonly shared: Shared;
  readonly #queue: LibraryExchange[] = [];
  readonly #raw: RawRequests;
  /** Heads that node:http has read. */
  #requests = 0;
  /** What to answer to bytes that are no request, once every request before them has its answer. */
  #broken: Reply | undefined;
  #closing = false;
  #halfClosed = false;
  /** An answer said that it is the last: requests behind it are not served. */
  last = false;

  constructor(socket: Socket, peer: Peer, shared: Shared) {
    this.socket = socket;
    this.peer = peer;
    this.shared = shared;
    this.#raw = new RawRequests(shared.headBytes);
    // Before node:http reads it, and after.
    socket.prependListener('data', (chunk: Buffer) => this.#raw.read(chunk));
    socket.on('data', () => this.#settle());
  }

  #settle(): void {
    if (this.#raw.faulty > 0 && this.#raw.faulty <= this.#requests) this.fail(this.#raw.refusal);
  }

  /** A head was read. Returns whether its request is served. */
  begins(): boolean {
    this.#requests += 1;
    if (this.#raw.faulty === this.#requests) this.fail(this.#raw.refusal);
    return !this.last && !this.#closing && this.#broken === undefined;
  }

  /** Takes an exchange whose head was read. Returns whether it may be served now. */
  add(exchange: LibraryExchange): boolean {
    return this.#queue.push(exchange) === 1;
  }

  /** An exchange has ended. Returns the one to serve next. */
  ended(exchange: LibraryExchange): LibraryExchange | undefined {
    const at = this.#queue.indexOf(exchange);
    if (at !== -1) this.#queue.splice(at, 1);
    if (this.last) this.gone();
    const [next] = this.#queue;
    if (next === undefined && this.#broken !== undefined) this.refuse(this.#broken);
    return next;
  }

  /** The client cannot be answered any more. */
  gone(): void {
    for (const exchange of this.#queue.splice(0)) exchange.finish(false);
  }

  /** The parser met bytes that are no request, or no body of one. */
  fail(reply: Reply): void {
    if (this.#broken !== undefined || this.#closing) return;
    this.#broken = reply;
    const last = this.#queue.at(-1);
    if (last === undefined) this.refuse(reply);
    else if (!last.bodyComplete) last.failBody(reply);
  }

  /** The client has sent its last byte. */
  halfClosed(): void {
    this.#halfClosed = true;
    this.probe();
  }

  /**
   * Asks a half-closed client whether it is still there: one that has closed answers interim bytes with a reset, which the next write
   * meets. So a client that left is noticed after two probes, and one that waits reads some `100 Continue`.
   */
  probe(): void {
    const [first] = this.#queue;
    if (this.#halfClosed && first?.bodyComplete === true) first.probeClient();
  }

  /** Answers without an exchange and closes. */
  refuse(reply: Reply): void {
    if (this.#closing) return;
    const requestId = newRequestId();
    if (this.socket.writable) this.socket.write(rawAnswer(reply, requestId), 'latin1');
    this.shared.log(rawRecord(reply, requestId, this.peer));
    this.#close();
  }

  /**
   * From now on, node:http's end of the last answer half-closes the connection, and what still arrives is thrown away for a while.
   * Closing at once with bytes unread would reset the connection, and with it the answer on its way.
   */
  linger(): void {
    this.socket.destroySoon = () => this.#close();
  }

  #close(): void {
    if (this.#closing) return;
    this.#closing = true;
    const { socket } = this;
    socket.end();
    socket.resume();
    const timer = setTimeout(() => socket.destroy(), this.shared.lingerMs);
    socket.once('close', () => clearTimeout(timer));
  }
}
