import type { Dispatcher } from 'undici';
import type { Reply } from '../contract.ts';
import type { ServedExchange } from '../exchange.ts';
import type { UpstreamTimeouts } from '../upstream-client.ts';
import type { AnswerBody } from './held-answer.ts';

/** Whose attempt it is. */
export interface AttemptOwner {
  readonly exchange: ServedExchange;
  /** Where the answer goes. */
  readonly answer: AnswerBody;
  /** Monotonic, milliseconds. */
  now(): number;
  /** @param raw names and values in turn, as they came */
  head(status: number, raw: readonly Uint8Array[]): void;
  complete(): void;
  failed(attempt: Attempt, error: Error): void;
  /** The client's body cannot be had; `reply` says why. */
  bodyFailed(reply: Reply): void;
}

/** One try of a request on one target: hears undici, feeds it the body, and knows since when nothing has moved. */
export class Attempt implements Dispatcher.DispatchHandler, AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array> {
  readonly #forwarding: AttemptOwner;
  #controller: Dispatcher.DispatchController | undefined;
  #over = false;
  /** When something last moved on the connection to the target. */
  #movedAt: number;
  #streaming = false;
  #paused = false;
  /** The request is being written to a connection. */
  connected = false;
  /** Bytes of an answer have arrived. */
  headStarted = false;
  /** A pull of the body waits for the client. */
  awaitsClient = false;

  constructor(forwarding: AttemptOwner, now: number) {
    this.#forwarding = forwarding;
    this.#movedAt = now;
  }

  /** When this phase times out (TO-1); never while the client is what we wait for. */
  deadline({ connectMs, firstByteMs, idleMs }: UpstreamTimeouts): number {
    if (!this.connected) return this.#movedAt + connectMs;
    if (this.#paused || (this.awaitsClient && !this.#streaming)) return Number.POSITIVE_INFINITY;
    return this.#movedAt + (this.#streaming ? idleMs : firstByteMs);
  }

  resume(now: number): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#movedAt = now;
    this.#controller?.resume();
  }

  /** Ends the attempt: its connection is destroyed, or the request never written when it still waits for one. */
  cancel(): void {
    if (this.#over) return;
    this.#over = true;
    this.#controller?.abort(new Error('cancelled'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#over) {
      controller.abort(new Error('cancelled'));
      return;
    }
    this.connected = true;
    this.#movedAt = this.#forwarding.now();
  }

  onBodySent(): void {
    this.#movedAt = this.#forwarding.now();
  }

  onResponseStarted(): void {
    this.headStarted = true;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (this.#over || status < 200) return;
    const raw = controller.rawHeaders;
    this.#movedAt = this.#forwarding.now();
    this.#streaming = true;
    this.#forwarding.head(status, Array.isArray(raw) ? raw.filter((part) => part instanceof Uint8Array) : []);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#over) return;
    this.#movedAt = this.#forwarding.now();
    if (this.#forwarding.answer.writeAnswer(chunk)) return;
    this.#paused = true;
    controller.pause();
  }

  onResponseEnd(): void {
    if (this.#over) return;
    this.#over = true;
    this.#forwarding.complete();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#forwarding.failed(this, error);
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#over) throw new Error('cancelled');
    this.awaitsClient = true;
    const part = await this.#forwarding.exchange.pullBody();
    this.awaitsClient = false;
    this.#movedAt = this.#forwarding.now();
    if (this.#over) throw new Error('cancelled');
    if (part === undefined) return { done: true, value: undefined };
    if (part instanceof Uint8Array) return { done: false, value: part };
    this.#forwarding.bodyFailed(part);
    throw new Error('cancelled');
  }
}
