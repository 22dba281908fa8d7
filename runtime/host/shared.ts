/**
 * Memory that the threads of one process share: one block, laid out once at start. Each thread has a column of its own and is the only
 * one to write it, so no write needs a lock; main adds the columns up. When a thread dies main takes its counters over and clears the rest.
 */

/** Gauges fall and rise with what a thread holds, counters only rise. */
export const GAUGES = ['inFlight', 'connections'] as const;
export const COUNTERS = ['requests', '1xx', '2xx', '3xx', '4xx', '5xx', 'aborted', 'faults', 'logLinesDropped'] as const;
export type Cell = (typeof GAUGES)[number] | (typeof COUNTERS)[number];

const CELLS: readonly Cell[] = [...GAUGES, ...COUNTERS];
/** A column fills whole cache lines: 16 numbers of 8 bytes. */
const COLUMN = 16;

/** The table of all columns. Column 0 holds what threads that are gone have counted. */
export class SharedTable {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Float64Array;
  readonly #threads: number;

  /** @param from the buffer that main made; without it a new one */
  constructor(threads: number, from?: SharedArrayBuffer) {
    this.buffer = from ?? new SharedArrayBuffer((threads + 1) * COLUMN * Float64Array.BYTES_PER_ELEMENT);
    this.#words = new Float64Array(this.buffer);
    this.#threads = threads;
  }

  /** The column of a thread, from 1. */
  column(thread: number): Column {
    return new Column(this.#words.subarray(thread * COLUMN, (thread + 1) * COLUMN));
  }

  /** Sum over all threads, those that are gone included. */
  total(cell: Cell): number {
    let sum = 0;
    for (let thread = 0; thread <= this.#threads; thread += 1) sum += this.#words[thread * COLUMN + CELLS.indexOf(cell)] ?? 0;
    return sum;
  }

  /** Takes over what a thread counted and clears its column: what it held went with it. */
  bury(thread: number): void {
    const [gone, dead] = [this.column(0), this.column(thread)];
    for (const cell of COUNTERS) gone.add(cell, dead.get(cell));
    dead.clear();
  }
}

/** The numbers of one thread. */
export class Column {
  readonly #words: Float64Array;

  constructor(words: Float64Array) {
    this.#words = words;
  }

  get(cell: Cell): number {
    return this.#words[CELLS.indexOf(cell)] ?? 0;
  }

  add(cell: Cell, amount: number): void {
    this.set(cell, this.get(cell) + amount);
  }

  set(cell: Cell, value: number): void {
    this.#words[CELLS.indexOf(cell)] = value;
  }

  clear(): void {
    this.#words.fill(0);
  }
}
