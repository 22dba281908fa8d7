import { type SharedHandle, sharedBlock } from './shared.ts';

/** Bytes of lines that wait for main: some 6,000 lines, more than half a second at 10,000 a second while main compiles a reload. */
const CAPACITY = 2 ** 21;
/** The two positions, each on a cache line of its own. */
const HEADER_BYTES = 128;
const WRITTEN = 0;
const READ = 16;

/** Bytes of the block `log:<thread>`. */
export const LOG_RING_BYTES = HEADER_BYTES + CAPACITY;

/**
 * The lines of one thread on their way to main, in shared memory: written by the thread, read by main, no lock. Holds whole lines at any
 * time, so main can also read the last ones of a thread that died. Positions count bytes and wrap at 2^32.
 */
export class LogRing {
  readonly #positions: Int32Array;
  readonly #bytes: Buffer;

  constructor(shared: SharedHandle, thread: number) {
    const { offset } = sharedBlock(shared, `log:${thread}`);
    this.#positions = new Int32Array(shared.buffer, offset, HEADER_BYTES / Int32Array.BYTES_PER_ELEMENT);
    this.#bytes = Buffer.from(shared.buffer, offset + HEADER_BYTES, CAPACITY);
  }

  /** Bytes that wait. */
  get waiting(): number {
    return (Atomics.load(this.#positions, WRITTEN) - Atomics.load(this.#positions, READ)) >>> 0;
  }

  get halfFull(): boolean {
    return this.waiting > CAPACITY / 2;
  }

  /**
   * @param line ASCII, with its LF
   * @returns false when there is no room for it
   */
  add(line: string): boolean {
    if (line.length > CAPACITY - this.waiting) return false;
    const written = Atomics.load(this.#positions, WRITTEN);
    const at = (written >>> 0) % CAPACITY;
    const first = Math.min(line.length, CAPACITY - at);
    this.#bytes.write(first === line.length ? line : line.slice(0, first), at, 'latin1');
    if (first < line.length) this.#bytes.write(line.slice(first), 0, 'latin1');
    Atomics.store(this.#positions, WRITTEN, (written + line.length) | 0);
    return true;
  }

  /** The bytes that wait, as far as they lie in one piece. Taking both pieces gives whole lines. */
  peek(): Buffer {
    const at = (Atomics.load(this.#positions, READ) >>> 0) % CAPACITY;
    return this.#bytes.subarray(at, Math.min(CAPACITY, at + this.waiting));
  }

  /** Frees bytes that were read. */
  free(bytes: number): void {
    Atomics.store(this.#positions, READ, (Atomics.load(this.#positions, READ) + bytes) | 0);
  }
}
