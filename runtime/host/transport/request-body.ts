import type { Reply } from '../../contract.ts';
import { problem } from '../../problem.ts';
import type { TransportTimeouts } from './transport.ts';

/** A part of a body, its end, or why there is no more. */
export type BodyPart = Uint8Array | Reply | undefined;

/** Where a body comes from: lets its bytes come, or wait. */
export interface BodySource {
  resume(): void;
  pause(): void;
}

/**
 * The body of a request as a source that is pulled: its source waits until the first pull, and again after each part that nobody has
 * asked for yet; bytes are counted against the limit as they pass. Time counts against the client only while a pull waits for it (SL-1).
 */
export class RequestBody {
  readonly #source: BodySource;
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

  constructor(source: BodySource, limit: number, now: () => number) {
    this.#source = source;
    this.limit = limit;
    this.#now = now;
  }

  /** Whether all of it has arrived. */
  get complete(): boolean {
    return this.#ended;
  }

  pull(): Promise<BodyPart> {
    this.started = true;
    const held = this.#held.shift();
    if (held !== undefined) return Promise.resolve(this.#counted(held));
    if (this.#failure !== undefined) return Promise.resolve(this.#failure);
    if (this.#ended || this.#abandoned) return Promise.resolve(undefined);
    this.#waitingSince = this.#now();
    this.#source.resume();
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

  /** Some bytes have come. Those that wait are counted when they are pulled: until then a stage may set another limit. */
  arrived(chunk: Uint8Array): void {
    if (this.#failure !== undefined || this.#abandoned) return;
    if (this.#waiter === undefined) this.#held.push(chunk);
    else this.#settle(this.#counted(chunk));
    this.#source.pause();
  }

  /** The last byte has come. */
  end(): void {
    this.#ended = true;
    this.#settle(undefined);
  }

  #counted(chunk: Uint8Array): BodyPart {
    this.bytes += chunk.byteLength;
    if (this.bytes <= this.limit) return chunk;
    this.#failure = problem.bodyTooLarge(this.limit);
    this.#held = [];
    return this.#failure;
  }

  #settle(part: BodyPart): void {
    const waiter = this.#waiter;
    if (waiter === undefined) return;
    this.#waiter = undefined;
    this.#waitedMs += this.#now() - this.#waitingSince;
    waiter(part);
  }
}
