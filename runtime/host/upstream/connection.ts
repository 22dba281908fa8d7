import type { Socket } from 'node:net';
import type { UpstreamAddress } from '../../upstream-client.ts';
import { type TimerWheel, WheelEntry } from '../timer-wheel.ts';
import type { Gathering, TurnEnd } from '../turn-end.ts';
import { errorType } from '../upstream-error.ts';
import type { AnswerHead } from './answer-head.ts';
import { type AnswerListener, AnswerReader } from './answer-reader.ts';
import { joinSmall } from './body-sender.ts';
import { type Carrier, Discarded, type Outstanding, type RetryLicence } from './outstanding.ts';
import { givePage, sharedPage, takePage } from './read-memory.ts';
import { openSocket, type SocketReader } from './socket.ts';

/** What a connection tells the pool it belongs to. */
export interface ConnectionOwner {
  readonly wheel: TimerWheel;
  readonly turnEnd: TurnEnd;
  now(): number;
  connected(connection: UpstreamConnection): void;
  /** It can take a request again. */
  freed(connection: UpstreamConnection): void;
  /** It is gone. `error` is given when it never was there. */
  closed(connection: UpstreamConnection, error: string | undefined): void;
  /** The TLS session to resume. */
  tlsSession: Buffer | undefined;
}

/** DR-6: below the 5 s after which Node services close an idle connection; shorter when `Keep-Alive` says so. */
const IDLE_MS = 4_000;
const IDLE_HINT_MAX_MS = 60_000;
const IDLE_HINT_MARGIN_MS = 1_000;
/** The routes' own timeouts answer earlier; this one only ends the attempt to connect. */
const CONNECT_MS = 30_000;
/** So long a client may hold up the answers behind its own; most take more within a millisecond. */
const CLIENT_PATIENCE_MS = 50;
/** From this size on, bytes of a read are lent with their memory instead of copied: to allocate as much for each would cost more than to read it. */
const LENT_BYTES = 16_384;

/** One connection to a target: writes requests, reads answers, and gives itself up rather than guess what a byte belongs to. */
export class UpstreamConnection extends WheelEntry implements Carrier, AnswerListener, SocketReader, Gathering {
  readonly #owner: ConnectionOwner;
  readonly #socket: Socket;
  readonly #reader = new AnswerReader(this);
  /** In the order of the wire. */
  readonly #outstanding: Outstanding[] = [];
  /** Where the next read goes: the shared page, or one of its own, of which nobody else refers to a byte. */
  #page = sharedPage;
  /** What was read into the shared page and is lent. */
  #copied: Buffer | undefined;
  #connected = false;
  #gone = false;
  #paused = false;
  /** When the answers behind the one that is held back are given up; 0 = its client has taken all at once so far. */
  #releaseAt = 0;
  /** Takes no further request. */
  #last = false;
  /** Bytes of a read are being worked on, and more of them may follow: nothing may be sent that they could be taken to answer. */
  #midRead = false;
  #answers = 0;
  #idleMs = IDLE_MS;
  #idleSince = 0;
  #error: string | undefined;
  /** Requests that are written at the end of the turn, latin1. */
  #gathered = '';
  /** How many they are. */
  #unwritten = 0;
  queued = false;

  constructor(owner: ConnectionOwner, address: UpstreamAddress) {
    super();
    this.#owner = owner;
    const socket = openSocket(address, this);
    this.#socket = socket;
    socket.on(address.scheme === 'https' ? 'secureConnect' : 'connect', () => this.#begin());
    socket.on('drain', () => this.#outstanding.at(-1)?.writable());
    socket.on('end', () => this.#ended());
    socket.on('error', (error) => {
      this.#error ??= errorType(error, this.#reader.started);
    });
    socket.on('close', () => this.#close(this.#error ?? 'connection_terminated'));
    owner.wheel.add(this, owner.now() + CONNECT_MS);
  }

  /** Requests that wait for an answer. */
  get pending(): number {
    return this.#outstanding.length;
  }

  /** Whether a request may be written now. */
  get usable(): boolean {
    return this.#connected && !this.#gone && !this.#last && !this.#midRead && !this.#paused && this.#socket.writable;
  }

  /** When the request that has waited longest was sent; Infinity when none waits. */
  get oldestSentAt(): number {
    return this.#outstanding[0]?.sentAt ?? Number.POSITIVE_INFINITY;
  }

  send(request: Outstanding): void {
    this.#outstanding.push(request);
    request.begin(this);
  }

  /** Writes latin1 text, behind what is gathered. */
  write(text: string): boolean {
    this.flush();
    return !this.#gone && this.#socket.write(text, 'latin1');
  }

  /** Writes a whole request, latin1, at the end of the turn, together with others. */
  writeSoon(request: string): void {
    this.#gathered += request;
    this.#unwritten += 1;
    this.#owner.turnEnd.later(this);
  }

  /** Writes what is gathered, now. */
  flush(): void {
    const text = this.#gathered;
    if (text === '') return;
    this.#gathered = '';
    this.#unwritten = 0;
    if (!this.#gone) this.#socket.write(text, 'latin1');
  }

  /** Writes text, bytes and text as one message; nobody may change the bytes afterwards. */
  writeParts(before: string, bytes: Uint8Array, after: string): boolean {
    this.flush();
    if (this.#gone) return false;
    const joined = joinSmall(before, bytes, after);
    const socket = this.#socket;
    if (joined !== undefined) return socket.write(joined, 'latin1');
    socket.cork();
    if (before !== '') socket.write(before, 'latin1');
    let flowing = socket.write(bytes);
    if (after !== '') flowing = socket.write(after, 'latin1');
    socket.uncork();
    return flowing;
  }

  /** The client whose answer was held back takes more. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (!this.#gone) this.#socket.resume();
  }

  /** Destroys it; requests on it may be sent elsewhere where that is safe. */
  destroy(): void {
    this.#close('connection_terminated');
  }

  /**
   * Nobody waits for this request any more. The connection is destroyed with it; but when the answers to others come first, its own is
   * read and thrown away.
   */
  abandon(request: Outstanding): void {
    const at = this.#outstanding.indexOf(request);
    if (at === -1) return;
    this.#outstanding[at] = new Discarded(request, this);
    if (at > 0 && this.#outstanding.some((other) => !(other instanceof Discarded))) return;
    this.#close('connection_terminated', 'behind');
  }

  get answersHead(): boolean {
    return this.#outstanding[0]?.toHead === true;
  }

  answerHead(head: AnswerHead): void {
    if (head.close) this.#last = true;
    if (head.keepAliveMs >= 0) this.#hintIdle(Math.min(head.keepAliveMs - IDLE_HINT_MARGIN_MS, IDLE_HINT_MAX_MS));
    this.#outstanding[0]?.head(head);
  }

  answerData(bytes: Buffer): void {
    const [request] = this.#outstanding;
    if (request === undefined) return;
    const lent = this.#lend(bytes);
    const flows = request.data(lent);
    this.#settle(lent, request.holds);
    if (flows || this.#gone) return;
    this.#paused = true;
    this.#socket.pause();
    const now = this.#owner.now();
    if (this.#releaseAt === 0) this.#releaseAt = now + CLIENT_PATIENCE_MS;
    if (now < this.#releaseAt) this.#owner.wheel.add(this, this.#releaseAt);
    else this.#release();
  }

  /** One slow client must not hold up the answers behind its own for long: those requests are sent elsewhere. */
  #release(): void {
    if (this.#outstanding.length < 2) return;
    this.#last = true;
    // All of these are among them.
    this.#gathered = '';
    this.#unwritten = 0;
    for (const request of this.#outstanding.splice(1)) request.failed('connection_terminated', 'behind');
  }

  answerEnd(bytes: Buffer | undefined, rest: number): void {
    const request = this.#outstanding.shift();
    if (request === undefined) return;
    this.#answers += 1;
    this.#releaseAt = 0;
    // Surplus bytes would be taken for the answer to the next request; so would an answer to the rest of this one.
    if (!request.sent || (rest > 0 && this.#outstanding.length === 0)) this.#last = true;
    const copied = bytes === undefined || request.copies(bytes.byteLength);
    const lent = copied ? bytes : this.#lend(bytes);
    if (this.#last) {
      this.#close('connection_terminated');
    } else {
      this.resume();
      this.#idleSince = this.#owner.now();
      if (rest === 0) {
        this.#midRead = false;
        if (this.#outstanding.length === 0) this.#owner.freed(this);
      }
    }
    request.complete(lent);
    if (!copied && lent !== undefined) this.#settle(lent, request.holds);
    if (rest === 0 && this.#outstanding.length === this.#unwritten) this.#giveBack();
  }

  answerMalformed(error: string): void {
    this.#close(error, 'none');
  }

  nextBuffer(): Uint8Array {
    return this.#page;
  }

  get tlsSession(): Buffer | undefined {
    return this.#owner.tlsSession;
  }

  set tlsSession(session: Buffer | undefined) {
    this.#owner.tlsSession = session;
  }

  read(length: number, bytes: Uint8Array): boolean {
    if (this.#gone) return false;
    if (this.#outstanding.length === this.#unwritten) {
      // Nobody has asked for these.
      this.#close('http_protocol_error');
      return false;
    }
    this.#midRead = true;
    this.#reader.read(Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer), length);
    this.#midRead = false;
    return !this.#paused;
  }

  /** Closes what did not connect in time, and what has been idle for too long (DR-6). */
  due(now: number): void {
    if (!this.#connected) this.#close('connection_timeout');
    else if (this.#paused && now < this.#releaseAt) this.#owner.wheel.add(this, this.#releaseAt);
    else if (this.#outstanding.length > 0) {
      if (this.#paused) this.#release();
      this.#owner.wheel.add(this, now + this.#idleMs);
    } else if (now >= this.#idleSince + this.#idleMs) this.#close('connection_terminated');
    else this.#owner.wheel.add(this, this.#idleSince + this.#idleMs);
  }

  #begin(): void {
    if (this.#gone) return;
    this.#connected = true;
    this.#idleSince = this.#owner.now();
    this.#owner.wheel.add(this, this.#idleSince + this.#idleMs);
    this.#owner.connected(this);
  }

  #hintIdle(idleMs: number): void {
    if (idleMs === this.#idleMs) return;
    this.#idleMs = idleMs;
    if (idleMs <= 0) this.#last = true;
    else this.#owner.wheel.add(this, this.#owner.now() + idleMs);
  }

  /** Bytes of a read that outlive it until `settle` says otherwise: small ones are copied, large ones lie in a page of this connection. */
  #lend(bytes: Buffer): Buffer {
    if (bytes.byteLength < LENT_BYTES) return Buffer.from(bytes);
    if (bytes.buffer !== sharedPage.buffer) return bytes;
    const page = takePage();
    bytes.copy(page);
    this.#copied = page;
    return page.subarray(0, bytes.byteLength);
  }

  /** What was lent was used. A page of which bytes are still held is left to whoever holds them. */
  #settle(lent: Buffer, held: boolean): void {
    const copied = this.#copied;
    this.#copied = undefined;
    if (copied === undefined) {
      if (held && lent.buffer === this.#page.buffer) this.#page = takePage();
    } else if (this.#page !== sharedPage) {
      if (!held) givePage(copied);
    } else {
      // More of the kind will follow.
      this.#page = held ? takePage() : copied;
    }
  }

  /** Within a read: the socket asks where the next one goes when it is over. */
  #giveBack(): void {
    if (this.#page === sharedPage) return;
    givePage(this.#page);
    this.#page = sharedPage;
  }

  #ended(): void {
    if (this.#gone) return;
    this.#last = true;
    const { started } = this.#reader;
    if (!this.#reader.end()) this.#close(started ? 'http_response_incomplete' : 'connection_terminated');
  }

  /** Ends it once: tells the pool, and every request that waits. `retry` is for the first one. */
  #close(error: string, retry?: RetryLicence): void {
    if (this.#gone) return;
    this.#gone = true;
    const { started } = this.#reader;
    this.#reader.stop();
    this.#owner.wheel.remove(this);
    this.#socket.destroy();
    this.#gathered = '';
    this.#owner.closed(this, this.#connected ? undefined : error);
    const kept = this.#answers > 0 ? 'idempotent' : 'none';
    const written = this.#outstanding.length - this.#unwritten;
    for (const [index, request] of this.#outstanding.splice(0).entries()) {
      if (index >= written) request.failed('connection_terminated', 'any');
      else if (index > 0) request.failed('connection_terminated', 'behind');
      else if (started && error === 'connection_terminated') request.failed('http_response_incomplete', retry ?? 'none');
      else request.failed(error, retry ?? (started ? 'none' : kept));
    }
  }
}
