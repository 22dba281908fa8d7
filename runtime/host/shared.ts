/**
 * Memory that the threads of one process share: one buffer, divided into named blocks once at start. What the blocks hold survives
 * reloads and the death of a thread.
 */

/** Blocks begin on a cache line of their own. */
const LINE_BYTES = 64;

/** What a worker is given to find the blocks. */
export interface SharedHandle {
  readonly buffer: SharedArrayBuffer;
  readonly blocks: readonly SharedBlock[];
}

/** Where a block lies in the buffer, bytes. */
export interface SharedBlock {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
}

/**
 * Lays out the shared memory of a process, all zero.
 *
 * @param sizes bytes by name of the block
 */
export function allocateShared(sizes: ReadonlyMap<string, number>): SharedHandle {
  const blocks: SharedBlock[] = [];
  let offset = 0;
  for (const [name, bytes] of sizes) {
    blocks.push({ name, offset, bytes });
    offset += Math.ceil(bytes / LINE_BYTES) * LINE_BYTES;
  }
  return { buffer: new SharedArrayBuffer(offset), blocks };
}

/** @throws Error when there is no such block */
export function sharedBlock({ blocks }: SharedHandle, name: string): SharedBlock {
  const block = blocks.find((one) => one.name === name);
  if (block === undefined) throw new Error(`There is no shared block ${name}.`);
  return block;
}

/** Gauges fall and rise with what a thread holds, counters only rise. */
export const GAUGES = ['inFlight', 'connections', 'storeAway'] as const;
export const COUNTERS = [
  'requests',
  '1xx',
  '2xx',
  '3xx',
  '4xx',
  '5xx',
  'aborted',
  'faults',
  'logLinesDropped',
  'connectionsRefused',
  'answersInvalid',
  'answersUnchecked',
  'storeMissed',
  'limited',
  'wouldLimit',
  'credentialsRefused',
  'authzDenied',
  'authzWouldDeny',
  'introspectionActive',
  'introspectionInactive',
  'introspectionFailed',
] as const;
export type Counter = (typeof COUNTERS)[number];
export type Cell = (typeof GAUGES)[number] | (typeof COUNTERS)[number];

export const CELLS: readonly Cell[] = [...GAUGES, ...COUNTERS];
const INDEX: ReadonlyMap<Cell, number> = new Map(CELLS.map((cell, index) => [cell, index]));
/** Numbers of 8 bytes: whole cache lines, so that no two threads write to one. */
const COLUMN = 32;

/** Bytes of the block `columns`. */
export function columnBytes(threads: number): number {
  return (threads + 1) * COLUMN * Float64Array.BYTES_PER_ELEMENT;
}

/**
 * One column of numbers for each thread, which alone writes it, so no write needs a lock; whoever reads adds the columns up. When a thread
 * dies, main takes its counters over into column 0 and clears the rest: nothing it held stays held.
 */
export class SharedTable {
  readonly #words: Float64Array;

  constructor(shared: SharedHandle) {
    const { offset, bytes } = sharedBlock(shared, 'columns');
    this.#words = new Float64Array(shared.buffer, offset, bytes / Float64Array.BYTES_PER_ELEMENT);
  }

  /** The column of a thread, from 1; 0 is main's own. */
  column(thread: number): Column {
    return new Column(this.#words.subarray(thread * COLUMN, (thread + 1) * COLUMN));
  }

  /** Sum over all threads, those that are gone included. */
  total(cell: Cell): number {
    let sum = 0;
    for (let at = INDEX.get(cell) ?? 0; at < this.#words.length; at += COLUMN) sum += this.#words[at] ?? 0;
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
    return this.#words[INDEX.get(cell) ?? 0] ?? 0;
  }

  add(cell: Cell, amount: number): void {
    this.set(cell, this.get(cell) + amount);
  }

  set(cell: Cell, value: number): void {
    this.#words[INDEX.get(cell) ?? 0] = value;
  }

  clear(): void {
    this.#words.fill(0);
  }
}
