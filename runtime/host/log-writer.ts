import { write } from 'node:fs';
import type { LogRing } from './log-ring.ts';
import type { Column } from './shared.ts';

/** A descriptor that does not block and is full: looked at again after this long. */
const BUSY_MS = 5;

/**
 * Writes the lines of all threads to one file descriptor, in main: one write at a time and one ring after the other, so lines never mix.
 * Never blocks main; a reader that is slow fills the rings, and then the threads drop and count.
 */
export class LogWriter {
  readonly #fd: number;
  readonly #rings: readonly LogRing[];
  readonly #column: Column;
  #working: Promise<void> | undefined;

  /** @param column where lines that could not be written are counted */
  constructor(fd: number, rings: readonly LogRing[], column: Column) {
    this.#fd = fd;
    this.#rings = rings;
    this.#column = column;
  }

  /** Writes what waits. Resolves when nothing waits any more. */
  flush(): Promise<void> {
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
    return this.#working;
  }

  async #work(): Promise<void> {
    while (this.#rings.some(({ waiting }) => waiting > 0)) {
      for (const ring of this.#rings) await this.#drain(ring);
    }
  }

  /** Only what waits now: a busy thread must not keep the others waiting. Whole lines, since only those are in a ring. */
  async #drain(ring: LogRing): Promise<void> {
    for (let left = ring.waiting; left > 0; ) {
      const piece = ring.peek().subarray(0, left);
      const bytes = await this.#write(piece);
      ring.free(bytes);
      left -= bytes;
    }
  }

  /** Bytes that are done with. A reader that is gone will not come back: what it misses is counted, and the gateway goes on. */
  #write(piece: Buffer): Promise<number> {
    return new Promise((resolve) => {
      write(this.#fd, piece, 0, piece.length, null, (error, written) => {
        if (error === null) resolve(written);
        else if (error.code === 'EAGAIN') setTimeout(resolve, BUSY_MS, 0);
        else {
          this.#column.add('logLinesDropped', lineCount(piece));
          resolve(piece.length);
        }
      });
    });
  }
}

function lineCount(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) count += 1;
  return count;
}
