import type { Reply } from '../../contract.ts';
import type { ServedExchange } from '../../exchange.ts';
import { problem } from '../../problem.ts';
import type { Carrier } from './outstanding.ts';

/** Hears how a body fares. */
export interface BodyProgress {
  /** Bytes moved, or the end was reached. */
  bodyMoved(): void;
  /** The client's body ended badly: too large, too slow, malformed. */
  bodyFailed(reply: Reply): void;
  bodyFault(error: unknown): void;
}

/** So much goes out with the head as one string. */
const SMALL_BYTES = 16_384;

/**
 * Sends a body that streams: pulls a piece, writes it, waits until the connection takes more. The head goes out with the first piece
 * when that is there already, or alone a moment later. It never writes more or less than the head announced: a body that ends too early
 * is never completed.
 */
export class BodySender {
  readonly #exchange: ServedExchange;
  readonly #connection: Carrier;
  readonly #progress: BodyProgress;
  /** The head, until it is written. */
  #head: string;
  /** Bytes that the head announced and that are not written yet; -1 = chunked. */
  #left: number;
  #over = false;
  #blocked = false;
  /** A pull waits for the client. */
  awaitsClient = false;
  /** All of it was written. */
  done = false;

  constructor(exchange: ServedExchange, connection: Carrier, head: string, progress: BodyProgress) {
    this.#exchange = exchange;
    this.#connection = connection;
    this.#head = head;
    this.#left = exchange.declaredLength;
    this.#progress = progress;
  }

  start(): void {
    this.#pull();
    setImmediate(flushHead, this);
  }

  /** The connection takes more. */
  drained(): void {
    if (!this.#blocked) return;
    this.#blocked = false;
    this.#pull();
  }

  /** Writes nothing any more. */
  stop(): void {
    this.#over = true;
    this.#head = '';
  }

  flushHead(): void {
    if (this.#head !== '') this.#connection.write(this.#takeHead());
  }

  #takeHead(): string {
    const head = this.#head;
    this.#head = '';
    return head;
  }

  #pull(): void {
    this.awaitsClient = true;
    this.#exchange.pullBody().then(
      (part) => this.#pulled(part),
      (error: unknown) => {
        if (!this.#over) this.#progress.bodyFault(error);
      },
    );
  }

  #pulled(part: Uint8Array | Reply | undefined): void {
    if (this.#over) return;
    this.awaitsClient = false;
    this.#progress.bodyMoved();
    if (part === undefined) this.#end();
    else if (!(part instanceof Uint8Array)) this.#progress.bodyFailed(part);
    else if (this.#left >= 0 && part.byteLength > this.#left) this.#progress.bodyFailed(problem.internal);
    else this.#send(part);
  }

  #send(part: Uint8Array): void {
    const flowing = this.#left < 0 ? this.#sendChunk(part) : this.#sendCounted(part);
    // A body whose length is known has no end of its own: the answer may come right behind its last byte.
    if (this.#left === 0) this.done = true;
    else if (flowing) this.#pull();
    else this.#blocked = true;
  }

  #sendCounted(part: Uint8Array): boolean {
    this.#left -= part.byteLength;
    return this.#connection.writeParts(this.#takeHead(), part, '');
  }

  #sendChunk(part: Uint8Array): boolean {
    if (part.byteLength === 0) return true;
    return this.#connection.writeParts(`${this.#takeHead()}${part.byteLength.toString(16)}\r\n`, part, '\r\n');
  }

  #end(): void {
    if (this.#left > 0) {
      this.#progress.bodyFailed(problem.badRequest('The request body is incomplete.'));
      return;
    }
    if (this.#left < 0) this.#connection.write(`${this.#takeHead()}0\r\n\r\n`);
    this.done = true;
  }
}

/** Joins a head and a body when the body is small: one string, one write. */
export function joinSmall(before: string, bytes: Uint8Array, after: string): string | undefined {
  if (bytes.byteLength > SMALL_BYTES) return undefined;
  return before + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1') + after;
}

function flushHead(sender: BodySender): void {
  sender.flushHead();
}
