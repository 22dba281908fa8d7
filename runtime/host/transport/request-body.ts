import type { IncomingMessage } from 'node:http';
import type { Reply } from '../../contract.ts';
import { problem } from '../../problem.ts';
import type { TransportTimeouts } from './transport.ts';

/** A part of a body, its end, or why there is no more. */
export type BodyPart = Uint8Array | Reply | undefined;

/**
 * The body of a request as a source that is pulled: nothing is read from the socket before the first pull, one chunk is held at most,
 * and bytes are counted against the limit as they pass. Time counts against the client only while a pull waits for it (SL-1).
 */
export class RequestBody {
  readonly #request: IncomingMessage;
  readonly #now: () => number;
  #waiter: ((part: BodyPart) => void) | undefined;
  #held: Uint8Array[] = [];
  #failure: Reply | undefined;
  #ended = false;
  #abandoned = false;
  /** When the pending pull began. */
  #waitingSince = 0;
  /** Time that earlier pulls have waited. */
  #waitedMs = 0;
  started = false;
  bytes = 0;
  limit: number;

  constructor(request: IncomingMessage, limit: number, now: () => number) {
    this.#request = request;
    this.limit = limit;
    this.#now = now;
  }

  /** Whether all of it has arrived. */
  get complete(): boolean {
    return this.#ended;
  }

  pull(): Promise<BodyPart> {
    if (!this.started) this.#start();
    const held = this.#held.shift();
    if (held !== undefined) return Promise.resolve(held);
    if (this.#failure !== undefined) return Promise.resolve(this.#failure);
    if (this.#ended || this.#abandoned) return Promise.resolve(undefined);
    this.#waitingSince = this.#now();
    this.#request.resume();
    return new Promise((resolve) => {
      this.#waiter = resolve;
    });
  }

  /** Ends it early: a pending pull and all later ones get the reply. */
  fail(reply: Reply): void {
    if (this.#ended || this.#failure !== undefined) return;
    this.#failure = reply;
    this.#settle(reply);
  }

  /** Nobody pulls any more. */
  abandon(): void {
    this.#abandoned = true;
    this.#held = [];
    this.#settle(undefined);
  }

  /** Fails when the client has kept us waiting: slower than the least rate, or, reading a whole body, longer than allowed (SL-1). */
  check(now: number, { bodyGraceMs, minBodyRate, requestMs }: TransportTimeouts, whole: boolean): void {
    if (this.#waiter === undefined) return;
    const waitedMs = this.#waitedMs + now - this.#waitingSince;
    const slow = waitedMs > bodyGraceMs && (this.bytes * 1000) / waitedMs < minBodyRate;
    if (slow || (whole && waitedMs > requestMs)) this.fail(problem.requestTimeout);
  }

  #start(): void {
    this.started = true;
    const request = this.#request;
    request.on('data', (chunk: Uint8Array) => this.#arrived(chunk));
    request.on('end', () => {
      this.#ended = true;
      this.#settle(undefined);
    });
    request.on('close', () => {
      if (!request.complete) this.fail(problem.badRequest('The request body is incomplete.'));
    });
  }

  #arrived(chunk: Uint8Array): void {
    if (this.#failure !== undefined || this.#abandoned) return;
    this.bytes += chunk.byteLength;
    if (this.bytes > this.limit) {
      this.#request.pause();
      this.fail(problem.bodyTooLarge(this.limit));
    } else if (this.#waiter === undefined) {
      this.#held.push(chunk);
      this.#request.pause();
    } else {
      this.#settle(chunk);
      this.#request.pause();
    }
  }

  #settle(part: BodyPart): void {
    const waiter = this.#waiter;
    if (waiter === undefined) return;
    this.#waiter = undefined;
    this.#waitedMs += this.#now() - this.#waitingSince;
    waiter(part);
  }
}
