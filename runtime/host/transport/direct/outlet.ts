import type { Gathering, TurnEnd } from '../../turn-end.ts';
import type { ClientSocket } from '../transport.ts';

/** More gathered text than this is written at once, bytes. */
const GATHERED_BYTES = 16_384;

/**
 * What a connection writes. Texts of one turn of the event loop are gathered: the head and a small body, or the answers to several
 * pipelined requests, leave in one write.
 */
export class Outlet implements Gathering {
  readonly #socket: ClientSocket;
  readonly #turnEnd: TurnEnd;
  readonly #now: () => number;
  readonly #onBlocked: () => void;
  /** latin1. */
  #gathered = '';
  #blocked = false;
  /** Bytes that the client had not taken when somebody last looked, and since when that has not changed. */
  #unwritten = 0;
  #unwrittenSince = 0;
  queued = false;

  /** @param onBlocked told when the client does not take what was written; `drained` is to be called when it has */
  constructor(socket: ClientSocket, turnEnd: TurnEnd, now: () => number, onBlocked: () => void) {
    this.#socket = socket;
    this.#turnEnd = turnEnd;
    this.#now = now;
    this.#onBlocked = onBlocked;
  }

  /** The client is slow: whoever writes should wait. */
  get blocked(): boolean {
    return this.#blocked;
  }

  /** Writes latin1 text at the end of this turn. Returns false when the client is slow. */
  write(text: string): boolean {
    this.#gathered += text;
    if (this.#gathered.length > GATHERED_BYTES) this.flush();
    else this.#turnEnd.later(this);
    return !this.#blocked;
  }

  /** Writes bytes behind what is gathered, now. */
  writeBytes(chunk: Uint8Array): void {
    const socket = this.#socket;
    if (!socket.writable) return;
    socket.cork();
    this.flush();
    const flowing = socket.write(chunk);
    socket.uncork();
    if (!flowing) this.#block();
  }

  /** Whether bytes that were written may still be referred to. A plain socket that has nothing left to write has given them to the system. */
  get holdsBytes(): boolean {
    const socket = this.#socket;
    return socket.encrypted === true || socket.destroyed || socket.writableLength > 0;
  }

  /** Writes what is gathered, now. */
  flush(): void {
    const text = this.#gathered;
    if (text === '') return;
    this.#gathered = '';
    if (this.#socket.writable && !this.#socket.write(text, 'latin1')) this.#block();
  }

  drained(): void {
    this.#blocked = false;
  }

  /** Writes what is gathered, and the end of the connection's way out. */
  end(): void {
    this.flush();
    this.#socket.end();
    this.#mark();
  }

  #block(): void {
    // Corked bytes may all have left since.
    if (this.#blocked || !this.#socket.writableNeedDrain) return;
    this.#blocked = true;
    this.#mark();
    this.#onBlocked();
  }

  #mark(): void {
    this.#unwritten = this.#socket.writableLength;
    this.#unwrittenSince = this.#now();
  }

  /** Whether the client has taken nothing for longer than allowed (SL-1). To be asked every turn while something may be unwritten. */
  stalled(now: number, stallMs: number): boolean {
    const { writableLength } = this.#socket;
    if (writableLength === 0 || writableLength !== this.#unwritten) this.#mark();
    return now - this.#unwrittenSince > stallMs;
  }
}
