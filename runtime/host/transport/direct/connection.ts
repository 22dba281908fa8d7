import type { Reply } from '../../../contract.ts';
import { problem } from '../../../problem.ts';
import { newRequestId } from '../../../request-id.ts';
import { ArrivedSocket } from '../arrived-socket.ts';
import { rawAnswer, rawRecord } from '../raw-answer.ts';
import type { ClientSocket, Peer } from '../transport.ts';
import type { Arrival } from './arrival.ts';
import { Deadlines } from './deadlines.ts';
import { DirectExchange, type ExchangeConnection } from './direct-exchange.ts';
import { Outlet } from './outlet.ts';
import { readRequestHead } from './request-head.ts';
import type { DirectShared, KeptConnection } from './shared.ts';

/** Requests that are read before the first of them has its answer; then reading stops. */
const AHEAD = 16;
const REQUESTS_PER_CONNECTION = 10_000;
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

/**
 * One client connection. What arrives is read as heads and bodies in turn; the exchanges are served one after another, so that one
 * connection never has more than one request at an upstream.
 *
 * Bytes that cannot be read yet are put back and the socket is paused: behind `AHEAD` requests, and before a connection is refused or
 * handed over, which happens when every request before has its answer. Put back they also keep the socket from telling its end.
 */
export class DirectConnection implements ExchangeConnection, KeptConnection {
  readonly socket: ClientSocket;
  readonly peer: Peer;
  readonly shared: DirectShared;
  readonly outlet: Outlet;
  readonly #deadlines: Deadlines;
  readonly #listeners: Readonly<Record<string, (chunk: Buffer) => void>>;
  /** Exchanges without a complete answer; the first is served. */
  readonly #queue: DirectExchange[] = [];
  /** The exchange whose body arrives. */
  #receiving: DirectExchange | undefined;
  /** The beginning of a head whose end has not arrived, latin1. */
  #pending = '';
  #pendingSince = 0;
  /** Bytes were put back. */
  #putBack = false;
  #reading = false;
  #bodyWaits = false;
  /** What comes when the queue is empty: a refusal, or the library transport. */
  #next: Reply | 'handOver' | undefined;
  #requests = 0;
  #idleSince: number;
  /** The first exchange has given its answer, which the client does not take. */
  #finishing = false;
  /** No request is read any more: the one that asked for it has come. */
  #lastRead = false;
  /** An answer said that it is the last: requests behind it are not served. */
  #last = false;
  #halfClosed = false;
  #closing = false;
  #closeAt = 0;

  constructor(socket: ClientSocket, peer: Peer, shared: DirectShared) {
    this.socket = socket;
    this.shared = shared;
    this.peer = peer;
    const { now, wheel } = shared.services;
    this.#deadlines = new Deadlines(wheel, (at) => this.#check(at));
    this.outlet = new Outlet(socket, shared.services.turnEnd, now, () => this.#watch());
    this.#idleSince = now();
    this.#listeners = {
      data: (chunk: Buffer) => this.#read(shared.arrival.set(chunk, chunk.length, false)),
      end: () => this.#clientEnded(),
      drain: () => this.#drained(),
      // Nobody is left to tell; `close` follows.
      error: () => undefined,
      close: () => this.#gone(),
    };
    for (const [event, listener] of Object.entries(this.#listeners)) socket.on(event, listener);
    if (socket instanceof ArrivedSocket) socket.reader = (page, length) => this.#read(shared.arrival.set(page, length, true));
    this.#deadlines.lookAt(this.#idleSince + shared.settings.timeouts.headersMs);
  }

  /** Whether nothing has arrived that must be answered. */
  get #isIdle(): boolean {
    return this.#queue.length === 0 && this.#pending === '' && !this.#putBack && this.#next === undefined;
  }

  #read(arrival: Arrival): void {
    if (this.#closing) return;
    const at = this.#receiving === undefined ? 0 : this.#receive(this.#receiving, arrival, 0);
    if (at < arrival.length) this.#readHeads(arrival, at);
  }

  /** Gives an exchange what belongs to its body. Returns where that ends. */
  #receive(exchange: DirectExchange, arrival: Arrival, at: number): number {
    const end = Math.min(arrival.length, at + exchange.unreceived);
    this.#receiving = end - at < exchange.unreceived ? exchange : undefined;
    exchange.received(arrival.bytes(at, end));
    return end;
  }

  #readHeads(arrival: Arrival, from: number): void {
    const { length } = arrival;
    const { rules, head } = this.shared;
    const windowBytes = rules.limits.headBytes + 1;
    let text = this.#pending + arrival.text(from, from + windowBytes);
    let scanned = this.#pending.length;
    /** Where `text` begins in what has arrived; before it when a head began in an earlier one. */
    let base = from - scanned;
    let at = 0;
    this.#reading = true;
    while (base + at < length && this.#mayRead()) {
      const verdict = readRequestHead(text, at, scanned, rules, head);
      scanned = 0;
      at = head.start;
      if (verdict === 'accept') {
        this.#pending = '';
        at = this.#accept(text, arrival, base) - base;
      } else if (verdict !== 'incomplete') {
        this.#next = verdict;
      } else if (base + text.length >= length) {
        this.#await(text.slice(at));
        at = text.length;
      }
      // What is left lies behind the text.
      if (base + text.length < length && (at >= text.length || verdict === 'incomplete')) {
        base += at;
        at = 0;
        text = arrival.text(base, base + windowBytes);
      }
    }
    this.#reading = false;
    if (base + at < length) this.#putOff(text, at, arrival, base + at);
    if (this.#queue.length === 0) this.#emptied();
  }

  #mayRead(): boolean {
    return this.#next === undefined && !this.#lastRead && !this.#last && !this.#closing && this.#queue.length < AHEAD;
  }

  /** Begins the exchange whose head was read. Returns where its request ends in what has arrived. */
  #accept(text: string, arrival: Arrival, base: number): number {
    const { shared } = this;
    let at = base + shared.head.end;
    const { declaredLength } = shared.head;
    const isWhole = declaredLength > 0 && at + declaredLength <= arrival.length;
    const exchange = new DirectExchange(
      shared,
      this,
      text,
      shared.head,
      isWhole ? arrival.bytes(at, at + declaredLength) : undefined,
    );
    if (isWhole) at += declaredLength;
    shared.inFlight += 1;
    this.#requests += 1;
    if (exchange.close || this.#requests === REQUESTS_PER_CONNECTION) this.#lastRead = true;
    this.#queue.push(exchange);
    if (exchange.unreceived > 0) {
      this.#receiving = exchange;
      if (at < arrival.length) at = this.#receive(exchange, arrival, at);
    }
    if (this.#queue.length === 1) shared.serve(exchange, exchange.refusal);
    return at;
  }

  /** Keeps the beginning of a head. */
  #await(beginning: string): void {
    if (beginning !== '' && this.#pending === '') {
      this.#pendingSince = this.shared.services.now();
      this.#deadlines.lookAt(this.#pendingSince + this.shared.settings.timeouts.headersMs);
    }
    this.#pending = beginning;
  }

  /** Puts back what may not be read now, unless it is never read. */
  #putOff(text: string, at: number, arrival: Arrival, from: number): void {
    this.#pending = '';
    if (this.#lastRead || this.#last || this.#closing) return;
    this.#putBack = true;
    this.#flow();
    this.socket.unshift(
      from >= 0
        ? arrival.bytes(from, arrival.length)
        : Buffer.concat([Buffer.from(text.slice(at, at - from), 'latin1'), arrival.bytes(0, arrival.length)]),
    );
  }

  /** Reads on with what was put back. */
  #readOn(): void {
    if (!this.#putBack || !this.#mayRead()) return;
    this.#putBack = false;
    this.#flow();
  }

  /** Lets bytes arrive, or not. */
  #flow(): void {
    const paused = !this.#closing && (this.#putBack || this.#bodyWaits);
    if (paused !== this.socket.isPaused()) {
      if (paused) this.socket.pause();
      else this.socket.resume();
    }
  }

  /** The body that arrives is wanted; time runs against the client. */
  resume(): void {
    this.#bodyWaits = false;
    this.#flow();
    this.#watch();
  }

  /** The body that arrives is not wanted yet. When it is here already, what comes next is. */
  pause(): void {
    this.#bodyWaits = this.#receiving !== undefined;
    this.#flow();
  }

  /** Says whether the answer that begins is the last of the connection. */
  settleLast(exchange: DirectExchange, close: boolean): boolean {
    const alone = this.#queue.length === 1 && !this.#putBack && this.#pending === '';
    if (close || !exchange.bodyComplete) this.#last = true;
    else if (alone && (this.#lastRead || this.#halfClosed || this.shared.draining)) this.#last = true;
    return this.#last;
  }

  /** The answer of the first exchange is given. */
  answered(exchange: DirectExchange): void {
    if (this.outlet.blocked) this.#finishing = true;
    else this.#complete(exchange);
  }

  #complete(exchange: DirectExchange): void {
    exchange.finish(true);
    this.#queue.shift();
    if (this.#last) {
      this.#close();
      return;
    }
    const [next] = this.#queue;
    if (next !== undefined) {
      this.shared.serve(next, next.refusal);
    } else {
      this.#idleSince = this.shared.services.now();
      if (!this.#reading) this.#emptied();
    }
    this.#readOn();
  }

  /** Every request that was read has its answer. */
  #emptied(): void {
    const next = this.#next;
    if (this.#closing) return;
    if (next === 'handOver') this.#handOver();
    else if (next !== undefined) this.#refuse(next);
    else if (this.#halfClosed) this.#close();
  }

  /** Gives the connection to the library transport, in the middle of what has arrived. */
  #handOver(): void {
    const { socket, shared } = this;
    this.#closing = true;
    this.outlet.flush();
    this.#deadlines.stop();
    for (const [event, listener] of Object.entries(this.#listeners)) socket.off(event, listener);
    if (socket instanceof ArrivedSocket) socket.reader = undefined;
    shared.handOver(this);
  }

  /** Answers without an exchange, and closes. */
  #refuse(reply: Reply): void {
    const requestId = newRequestId();
    this.outlet.write(rawAnswer(reply, requestId));
    this.shared.services.log(rawRecord(reply, requestId, this.peer));
    this.#close();
  }

  #drained(): void {
    this.outlet.drained();
    const [first] = this.#queue;
    if (first === undefined) return;
    if (this.#finishing) {
      this.#finishing = false;
      this.#complete(first);
    } else {
      first.watcher?.drained();
    }
  }

  #clientEnded(): void {
    this.#halfClosed = true;
    const broken = this.#receiving;
    if (broken !== undefined && broken !== this.#queue[0]) {
      // The requests before it are complete and get their answers.
      this.#receiving = undefined;
      this.#queue.pop();
      broken.finish(false);
    }
    if (this.#receiving !== undefined) this.destroy();
    else if (this.#queue.length === 0) this.#close();
    else this.#watch();
  }

  /** Closes the connection when it is idle. One that was silent so far has until the next turn: its first request may be on its way. */
  closeIdle(): void {
    if (this.#requests === 0) this.#watch();
    else if (this.#isIdle) this.#close();
  }

  /**
   * Half-closes the connection; what still arrives is thrown away for a while. Closing at once with bytes unread would reset it, and with it
   * the answer on its way.
   */
  #close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#pending = '';
    this.#receiving = undefined;
    for (const exchange of this.#queue.splice(0)) exchange.finish(false);
    this.outlet.end();
    this.#flow();
    this.#closeAt = this.shared.services.now() + this.shared.settings.timeouts.lingerMs;
    this.#watch();
  }

  /** The connection can take no answer any more. */
  destroy(): void {
    this.outlet.flush();
    this.socket.destroy();
  }

  #gone(): void {
    this.#closing = true;
    for (const exchange of this.#queue.splice(0)) exchange.finish(false);
    this.#deadlines.stop();
    this.shared.gone(this);
  }

  /** Something may be due soon: from the next turn on it is looked for at every turn, until nothing is. */
  #watch(): void {
    const { services, settings } = this.shared;
    this.#deadlines.lookAt(services.now() + settings.timeouts.checkMs);
  }

  /** What is due (SL-1): slow heads, slow bodies, idle and stalled clients, and whether a half-closed client is still there. */
  #check(now: number): number | undefined {
    const { timeouts } = this.shared.settings;
    const nextTurn = now + timeouts.checkMs;
    const [first] = this.#queue;
    if (this.outlet.stalled(now, timeouts.writeStallMs)) {
      if (first !== undefined) first.error ??= 'client_stalled';
      this.socket.destroy();
      return undefined;
    }
    if (this.#closing) return this.#checkClosing(now, nextTurn);
    if (this.#pending !== '' && now >= this.#pendingSince + timeouts.headersMs) {
      this.#pending = '';
      this.#next = problem.requestTimeout;
      if (first === undefined) this.#emptied();
      return nextTurn;
    }
    if (first !== undefined) {
      first.check(now);
      if (this.#halfClosed && first.bodyComplete && !first.answered) this.outlet.write(CONTINUE);
      return nextTurn;
    }
    return this.#checkIdle(now, nextTurn);
  }

  #checkClosing(now: number, nextTurn: number): number | undefined {
    if (!this.socket.writableFinished) return nextTurn;
    if (now < this.#closeAt) return this.#closeAt;
    this.socket.destroy();
    return undefined;
  }

  #checkIdle(now: number, nextTurn: number): number {
    const { headersMs, keepAliveMs } = this.shared.settings.timeouts;
    if (this.#pending !== '') return this.#pendingSince + headersMs;
    const deadline = this.#idleSince + (this.#requests === 0 ? headersMs : keepAliveMs);
    if (now < deadline && this.shared.accepting) return deadline;
    if (this.#requests === 0 && this.shared.accepting) this.#refuse(problem.requestTimeout);
    else this.#close();
    return nextTurn;
  }
}
