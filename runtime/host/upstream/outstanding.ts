import type { AnswerHead } from './answer-head.ts';

/** What a connection does for the requests on it. */
export interface Carrier {
  /** Writes latin1 text. Returns false when the service is slow. */
  write(text: string): boolean;
  /** Writes a whole request, latin1, at the end of the turn, together with others. */
  writeSoon(request: string): void;
  /** Writes text, bytes and text as one message; nobody may change the bytes afterwards. */
  writeParts(before: string, bytes: Uint8Array, after: string): boolean;
  /** The client whose answer was held back takes more. */
  resume(): void;
  /** Nobody waits for this request any more. */
  abandon(request: Outstanding): void;
}

/** A request that waits for its answer on a connection. */
export interface Outstanding {
  /** Whether the method is HEAD. */
  readonly toHead: boolean;
  /** Whether all of it was written. */
  readonly sent: boolean;
  /** When it was written, monotonic milliseconds. */
  readonly sentAt: number;
  /** Whether it may still refer to the bytes that it was last given; else their memory is used again. */
  readonly holds: boolean;
  /** Whether it has copied a last piece of so many bytes when `complete` returns: then it is given the memory that was read into. */
  copies(bytes: number): boolean;
  /** Write the request now. */
  begin(connection: Carrier): void;
  /** The connection takes more of the body. */
  writable(): void;
  head(head: AnswerHead): void;
  /** A piece of the body, lent. Returns false when the client is slow: call `resume` later. */
  data(bytes: Buffer): boolean;
  /** @param bytes the last piece of the body, lent */
  complete(bytes: Buffer | undefined): void;
  /**
   * There will be no answer, or no more of it.
   *
   * @param error type of RFC 9209
   */
  failed(error: string, retry: RetryLicence): void;
}

/**
 * Who may send a request again that got no answer (RE-1). `any`: it was never sent. `idempotent`: a kept connection closed before any byte
 * of the answer. `behind`: it stood behind another request, so it is idempotent. `none`: the service may have seen it.
 */
export type RetryLicence = 'any' | 'idempotent' | 'behind' | 'none';

/** An answer that nobody waits for any more may be so long before its connection is given up, bytes. */
const MAX_DISCARDED_BYTES = 262_144;

/** Stands in for a request whose client has left while others wait on the same connection: its answer is read and thrown away. */
export class Discarded implements Outstanding {
  readonly #connection: Carrier;
  readonly toHead: boolean;
  readonly sent = true;
  readonly holds = false;
  readonly sentAt: number;
  #bytes = 0;

  constructor({ toHead, sentAt }: Outstanding, connection: Carrier) {
    this.toHead = toHead;
    this.sentAt = sentAt;
    this.#connection = connection;
  }

  copies(): boolean {
    return true;
  }

  begin(): void {}
  writable(): void {}
  head(): void {}

  data(bytes: Buffer): boolean {
    this.#bytes += bytes.byteLength;
    if (this.#bytes > MAX_DISCARDED_BYTES) this.#connection.abandon(this);
    return true;
  }

  complete(): void {}
  failed(): void {}
}
