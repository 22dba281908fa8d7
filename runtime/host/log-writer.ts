import { write, writeSync } from 'node:fs';
import type { Column } from './shared.ts';

/** Lines wait at most this long. */
const FLUSH_MS = 100;
/** A full buffer is written at once. */
const BUFFER_BYTES = 64 * 1024;
/** While a write is under way this many full buffers may wait; further lines are dropped and counted. */
const WAITING_BUFFERS = 32;
/** Another thread is writing, or the reader is slow: look again after this long. */
const RETRY_MS = 2;

interface FullBuffer {
  readonly buffer: Buffer;
  /** Bytes in use. */
  readonly length: number;
}

/**
 * Writes lines of one thread to a file descriptor that all threads write to: from a preallocated buffer, one write at a time, whole lines
 * under a lock in shared memory, so that lines of two threads never mix. Never blocks the thread and never grows beyond its bounds.
 */
export class LogWriter {
  readonly #fd: number;
  readonly #column: Column;
  readonly #lock: Int32Array;
  readonly #thread: number;
  #buffer: Buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  #used = 0;
  readonly #waiting: FullBuffer[] = [];
  /** Written buffers, to be filled again. */
  readonly #spare: Buffer[] = [];
  #writing: FullBuffer | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param lock one word that all threads share: 0, or the number of the thread that writes */
  constructor(fd: number, column: Column, lock: Int32Array, thread: number) {
    this.#fd = fd;
    this.#column = column;
    this.#lock = lock;
    this.#thread = thread;
  }

  /** @param line ASCII, with its LF */
  add(line: string): void {
    const fits = line.length <= BUFFER_BYTES && (this.#used + line.length <= BUFFER_BYTES || this.#turn());
    if (!fits) {
      this.#column.add('logLinesDropped', 1);
      return;
    }
    this.#used += this.#buffer.write(line, this.#used, 'latin1');
    this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS);
  }

  /** Writes what is left, waiting for it. For the end of a thread. */
  end(): void {
    clearTimeout(this.#timer);
    this.#turn();
    for (const { buffer, length } of this.#waiting.splice(0)) writeAll(this.#fd, buffer.subarray(0, length));
  }

  #flush(): void {
    this.#timer = undefined;
    this.#turn();
    this.#next();
  }

  /** Puts the full buffer into the queue; false when the queue is full too. */
  #turn(): boolean {
    if (this.#used === 0) return true;
    if (this.#waiting.length >= WAITING_BUFFERS) return false;
    this.#waiting.push({ buffer: this.#buffer, length: this.#used });
    this.#buffer = this.#spare.pop() ?? Buffer.allocUnsafe(BUFFER_BYTES);
    this.#used = 0;
    return true;
  }

  #next(): void {
    if (this.#writing !== undefined) return;
    const full = this.#waiting[0];
    if (full === undefined) return;
    if (Atomics.compareExchange(this.#lock, 0, 0, this.#thread) !== 0) {
      this.#timer ??= setTimeout(() => this.#flush(), RETRY_MS);
      return;
    }
    this.#waiting.shift();
    this.#writing = full;
    this.#write(full, 0);
  }

  #write(full: FullBuffer, from: number): void {
    write(this.#fd, full.buffer, from, full.length - from, null, (error, written) => {
      const busy = error?.code === 'EAGAIN';
      const at = busy ? from : from + written;
      // A reader that is gone will not come back: what it misses is lost, and the gateway goes on.
      if ((error !== null && !busy) || at >= full.length) return this.#done();
      setTimeout(() => this.#write(full, at), busy ? RETRY_MS : 0);
    });
  }

  #done(): void {
    if (this.#writing !== undefined) this.#spare.push(this.#writing.buffer);
    this.#writing = undefined;
    Atomics.compareExchange(this.#lock, 0, this.#thread, 0);
    this.#next();
  }
}

/** The lock of a thread that died in the middle of a write is opened by main. */
export function releaseLock(lock: Int32Array, thread: number): void {
  Atomics.compareExchange(lock, 0, thread, 0);
}

/** A reader that takes nothing for a second does not keep the process. */
function writeAll(fd: number, bytes: Buffer): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let at = 0, tries = 0; at < bytes.length && tries < 1000; ) {
    try {
      at += writeSync(fd, bytes, at);
      tries = 0;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) return;
      tries += 1;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}
