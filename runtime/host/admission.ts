/**
 * How many connections clients may hold (SL-1), in total and each of them, counted over all threads of the process in memory that they
 * share. Transports ask when a connection arrives; nobody else does.
 */
import { addressWords } from '../address-range.ts';
import { hashText } from '../hash-text.ts';
import { LockStripes, lockBytes } from './limits/lock-stripes.ts';
import { type SharedHandle, sharedBlock } from './shared.ts';

export interface ConnectionLimits {
  /** Of the whole process. */
  readonly connections: number;
  /** Of one client address, IPv6 by its network of 64 bits, with the whole process. */
  readonly connectionsPerAddress: number;
}

/** A connection as far as its admission goes. */
export interface AdmittedSocket {
  once(event: 'close', listener: () => void): unknown;
  destroy(): unknown;
}

/** Who is at its other end. */
export interface AdmittedPeer {
  /** Folded; '' when it is unknown. */
  readonly address: string;
  /** A trusted proxy: it brings many clients, so it is counted in total only. */
  readonly trusted: boolean;
}

/** Addresses lie in the table within this many places of where their hash says. At half load, no window is ever full. */
const WINDOW = 64;
/** In numbers of 4 bytes: the lock, two seeds of the hash, the held connections of each thread, and the table. */
const SEEDS = lockBytes(1) / Int32Array.BYTES_PER_ELEMENT;
const HEAD = SEEDS + 2;
/** Of an entry. */
const KEY = 2;
const LOCK = 0;

/** Bytes of the block `admission`. Only what is touched takes memory. */
export function admissionBytes(threads: number, { connections }: ConnectionLimits): number {
  return (HEAD + threads + 1 + places(connections) * (KEY + threads + 1)) * Int32Array.BYTES_PER_ELEMENT;
}

/** For twice the addresses that can be connected, so that a place is found at once. */
function places(connections: number): number {
  return 2 * connections + WINDOW;
}

/**
 * The counts of one process, as one of its threads sees them.
 *
 * An entry of the table is an address (64 bits of a seeded hash) and one count for each thread, which alone writes it; an entry whose counts are
 * all zero is free. Looking for an address and counting up is done under one lock, so no limit is ever exceeded and none is met early; counting
 * down needs none. A thread that dies leaves nothing: `bury` frees the lock it may have held, and its column. Fails closed: who cannot have the
 * lock for long admits nobody.
 */
export class Admission {
  readonly #words: Int32Array;
  readonly #locks: LockStripes;
  readonly #limits: ConnectionLimits;
  readonly #thread: number;
  readonly #threads: number;
  readonly #places: number;
  readonly #refused: () => void;
  readonly #changed: (connections: number) => void;
  /** Connections that hold a place here: a transport may hand them to another one, which asks again. */
  readonly #admitted = new WeakSet<AdmittedSocket>();

  /**
   * @param threads of the process
   * @param thread the one that asks; 0 is main
   * @param refused called for every connection that is turned away
   * @param changed told how many connections the thread holds, whenever that changes
   */
  constructor(
    shared: SharedHandle,
    threads: number,
    thread: number,
    limits: ConnectionLimits,
    refused: () => void = () => undefined,
    changed: (connections: number) => void = () => undefined,
  ) {
    const { offset, bytes } = sharedBlock(shared, 'admission');
    this.#words = new Int32Array(shared.buffer, offset, bytes / Int32Array.BYTES_PER_ELEMENT);
    this.#locks = new LockStripes(this.#words.subarray(0, SEEDS), thread);
    this.#limits = limits;
    this.#thread = thread;
    this.#threads = threads;
    this.#places = places(limits.connections);
    this.#refused = refused;
    this.#changed = changed;
  }

  /** Once per process, before any thread asks: addresses that somebody chose for their hashes must not meet in one window. */
  seed(first: number, second: number): void {
    this.#words[SEEDS] = first;
    this.#words[SEEDS + 1] = second;
  }

  /**
   * Takes a place for a connection until it closes. One that gets none is closed, unread and unanswered.
   *
   * @returns whether it may stay; the same for one that was admitted before
   */
  admit(socket: AdmittedSocket, peer: AdmittedPeer): boolean {
    if (this.#admitted.has(socket)) return true;
    const entry = this.#enter(peer);
    if (entry === undefined) {
      this.#refused();
      socket.destroy();
      return false;
    }
    this.#admitted.add(socket);
    this.#tell();
    socket.once('close', () => this.#leave(entry));
    return true;
  }

  /** Frees what a dead thread held. Called by main. */
  bury(thread: number): void {
    this.#locks.freeOf(thread);
    this.#words[HEAD + thread] = 0;
    for (let place = 0; place < this.#places; place += 1) {
      const cell = this.#entry(place) + KEY + thread;
      if (this.#words[cell] !== 0) this.#words[cell] = 0;
    }
  }

  /** Connections that the process holds. */
  get held(): number {
    return this.#sum(HEAD);
  }

  /** @returns the entry, 0 for a peer that is counted in total only; undefined when there is no place */
  #enter({ address, trusted }: AdmittedPeer): number | undefined {
    const exempt = trusted || address === '';
    const text = exempt ? '' : networkOf(address);
    const high = exempt ? 0 : hashText(`${this.#words[SEEDS]} ${text}`) | 0;
    const low = exempt ? 0 : hashText(`${this.#words[SEEDS + 1]} ${text}`) | 0;
    if (!this.#locks.take(LOCK)) return undefined;
    const entry = this.#take(exempt, high, low);
    this.#locks.release(LOCK);
    return entry;
  }

  /** Under the lock. Allocates nothing and throws nothing. */
  #take(exempt: boolean, high: number, low: number): number | undefined {
    const words = this.#words;
    if (this.#sum(HEAD) >= this.#limits.connections) return undefined;
    let entry = 0;
    if (!exempt) {
      entry = this.#find(high, low);
      if (entry === 0 || this.#sum(entry + KEY) >= this.#limits.connectionsPerAddress) return undefined;
      words[entry] = high;
      words[entry + 1] = low;
      const cell = entry + KEY + this.#thread;
      words[cell] = (words[cell] ?? 0) + 1;
    }
    const held = HEAD + this.#thread;
    words[held] = (words[held] ?? 0) + 1;
    return entry;
  }

  #leave(entry: number): void {
    const words = this.#words;
    const held = HEAD + this.#thread;
    words[held] = (words[held] ?? 0) - 1;
    const cell = entry + KEY + this.#thread;
    if (entry !== 0) words[cell] = (words[cell] ?? 0) - 1;
    this.#tell();
  }

  #tell(): void {
    this.#changed(this.#words[HEAD + this.#thread] ?? 0);
  }

  /** The entry of a key, else a free one of its window, else 0. A key that was once written stays until its place is wanted. */
  #find(high: number, low: number): number {
    const words = this.#words;
    const start = (high >>> 0) % this.#places;
    let free = 0;
    for (let step = 0; step < WINDOW; step += 1) {
      const entry = this.#entry((start + step) % this.#places);
      if (words[entry] === high && words[entry + 1] === low) return entry;
      if (free === 0 && this.#sum(entry + KEY) === 0) free = entry;
    }
    return free;
  }

  #entry(place: number): number {
    return HEAD + this.#threads + 1 + place * (KEY + this.#threads + 1);
  }

  /** Of one number for each thread. */
  #sum(start: number): number {
    let sum = 0;
    for (let at = start; at <= start + this.#threads; at += 1) sum += this.#words[at] ?? 0;
    return sum;
  }
}

/** What is counted as one client (RL-27): an IPv4 address, or the network of 64 bits of an IPv6 one. */
function networkOf(address: string): string {
  return address.includes(':') ? addressWords(address).slice(0, 4).join(':') : address;
}
