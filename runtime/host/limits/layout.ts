/** How the memory of the limits is laid out in its shared block. All of it is fixed when the process starts. */
import { type SharedHandle, sharedBlock } from '../shared.ts';
import { ARRIVAL_REGIONS, arrivalBytes } from './arrivals.ts';
import { LEDGER_BYTES } from './ledger.ts';
import { lockBytes } from './lock-stripes.ts';

/** Counters of the table (RL-24). */
export const ENTRIES = 262_144;
/** Each has one lock and its share of the entries. */
export const STRIPES = 1_024;
/** Seed of the hash, and what is counted about the table. */
const HEAD_WORDS = 64;
/** `a`, `b`, `c` and when it expires. */
export const STATE_WORDS = 4;

/** The parts of the block. */
export interface LimitMemory {
  /** 0 to 3: the seed; 4: counters that were evicted while they counted; 5: decisions that had to be given up. */
  readonly head: Int32Array;
  /** Of the stripes, then of the arrival regions. */
  readonly locks: Int32Array;
  /** Two words an entry, both 0 = never used. */
  readonly keys: Int32Array;
  /** An entry that refused when it was last asked: 1. */
  readonly marks: Uint8Array;
  readonly state: Float64Array;
  readonly arrivals: SharedArrayBuffer;
  readonly arrivalsOffset: number;
  /** By thread, 0 = main. */
  readonly ledgers: readonly { readonly buffer: SharedArrayBuffer; readonly offset: number }[];
}

/** Sizes in the order in which the parts lie, each a whole number of cache lines. */
function sizes(threads: number, entries: number): readonly number[] {
  return [
    HEAD_WORDS * 4,
    lockBytes(STRIPES + ARRIVAL_REGIONS),
    entries * 8,
    entries,
    entries * STATE_WORDS * 8,
    arrivalBytes(),
    (threads + 1) * LEDGER_BYTES,
  ];
}

/** Bytes of the block `limits`. */
export function limitBytes(threads: number, entries: number = ENTRIES): number {
  return sizes(threads, entries).reduce((sum, bytes) => sum + bytes, 0);
}

/** The parts of the block `limits` of a process. */
export function limitMemory(shared: SharedHandle, threads: number, entries: number = ENTRIES): LimitMemory {
  const { buffer } = shared;
  let offset = sharedBlock(shared, 'limits').offset;
  const [head = 0, locks = 0, keys = 0, marks = 0, state = 0, arrivals = 0, ledgers = 0] = sizes(threads, entries).map(
    (bytes) => {
      const at = offset;
      offset += bytes;
      return at;
    },
  );
  return {
    head: new Int32Array(buffer, head, HEAD_WORDS),
    locks: new Int32Array(buffer, locks, lockBytes(STRIPES + ARRIVAL_REGIONS) / 4),
    keys: new Int32Array(buffer, keys, entries * 2),
    marks: new Uint8Array(buffer, marks, entries),
    state: new Float64Array(buffer, state, entries * STATE_WORDS),
    arrivals: buffer,
    arrivalsOffset: arrivals,
    ledgers: Array.from({ length: threads + 1 }, (_, thread) => ({ buffer, offset: ledgers + thread * LEDGER_BYTES })),
  };
}
