import type { Limit } from '../../limits/limit.ts';
import type { Meter } from '../../limits/meter.ts';

/** Each has a lock of its own, behind those of the stripes. */
export const ARRIVAL_REGIONS = 16;
const REGION_BYTES = 1_048_576;
const HEAD_WORDS = 16;
const ENTRIES = 1_024;
/** low, high, first chunk, last chunk, first time in the first chunk, times in the last chunk, times in all. */
const ENTRY_WORDS = 8;
const [LOW, HIGH, HEAD, TAIL, FIRST, LAST, COUNT] = [0, 1, 2, 3, 4, 5, 6] as const;
/** A chunk is one cache line: the number of the next, and times. */
const CHUNK = 8;
const TIMES = CHUNK - 1;
const ENTRY_BYTES = ENTRY_WORDS * 4 + 8;
const CHUNKS = Math.floor((REGION_BYTES - HEAD_WORDS * 4 - ENTRIES * ENTRY_BYTES) / (CHUNK * 8));
/** Words of the head. Chunk and entry numbers begin at 1, so that zeroed memory is an empty region. */
const [FREE, FRESH] = [0, 1] as const;

/** Bytes of all regions. */
export function arrivalBytes(): number {
  return ARRIVAL_REGIONS * REGION_BYTES;
}

export function regionOf(low: number): number {
  return low & (ARRIVAL_REGIONS - 1);
}

/**
 * The times of admitted requests, exactly, for the sliding log (RL-3): one of several regions of a fixed arena. Every key has a queue of
 * chunks; when there is no free chunk, queues that have expired give theirs, then the one that expires first. Call under the lock of the
 * region. Allocates nothing.
 */
export class Arrivals {
  readonly #head: Int32Array;
  readonly #entries: Int32Array;
  /** When the last time of an entry leaves the window; monotonic, microseconds. */
  readonly #expiry: Float64Array;
  readonly #times: Float64Array;

  constructor(buffer: SharedArrayBuffer, offset: number, region: number) {
    const at = offset + region * REGION_BYTES;
    this.#head = new Int32Array(buffer, at, HEAD_WORDS);
    this.#entries = new Int32Array(buffer, at + HEAD_WORDS * 4, ENTRIES * ENTRY_WORDS);
    this.#expiry = new Float64Array(buffer, at + HEAD_WORDS * 4 + ENTRIES * ENTRY_WORDS * 4, ENTRIES);
    this.#times = new Float64Array(buffer, at + HEAD_WORDS * 4 + ENTRIES * ENTRY_BYTES, CHUNKS * CHUNK);
  }

  /** Forgets everything: what a thread left half done when it died. */
  reset(): void {
    this.#head.fill(0);
    this.#entries.fill(0);
    this.#expiry.fill(0);
  }

  /** Whether one more request fits; sets what is left, and how long to wait. Changes nothing that still counts. */
  fits(limit: Limit, low: number, high: number, nowUs: number, meter: Meter): boolean {
    const { amount, cost, windowMs } = limit;
    const entry = this.#find(low, high);
    if (entry !== -1) this.#prune(entry, nowUs - windowMs * 1_000);
    const counted = entry === -1 ? 0 : this.#word(entry, COUNT);
    const fits = counted + cost <= amount;
    meter.delayMs = 0;
    meter.remaining = Math.max(0, amount - counted - (fits ? cost : 0));
    meter.resetMs = windowMs;
    if (!fits && entry !== -1 && cost <= amount)
      meter.resetMs = (this.#nth(entry, counted + cost - amount) + windowMs * 1_000 - nowUs) / 1_000;
    return fits;
  }

  /** Counts an admitted request. */
  add({ cost, windowMs }: Limit, low: number, high: number, nowUs: number): void {
    const known = this.#find(low, high);
    const entry = known === -1 ? this.#make(low, high, nowUs) : known;
    for (let left = cost; left > 0; left--) this.#push(entry, nowUs);
    this.#expiry[entry] = nowUs + windowMs * 1_000;
  }

  /** Takes the last times back. */
  remove({ cost }: Limit, low: number, high: number): void {
    const entry = this.#find(low, high);
    if (entry === -1) return;
    for (let left = Math.min(cost, this.#word(entry, COUNT)); left > 0; left--) this.#pop(entry);
  }

  /** Forgets all times of a counter. */
  forget(low: number, high: number): void {
    const entry = this.#find(low, high);
    if (entry !== -1) this.#clear(entry);
  }

  #word(entry: number, word: number): number {
    return this.#entries[entry * ENTRY_WORDS + word] ?? 0;
  }

  #set(entry: number, word: number, value: number): void {
    this.#entries[entry * ENTRY_WORDS + word] = value;
  }

  #find(low: number, high: number): number {
    for (let step = 0, entry = high & (ENTRIES - 1); step < 32; step++, entry = (entry + 1) & (ENTRIES - 1)) {
      if (this.#word(entry, LOW) === low && this.#word(entry, HIGH) === high) return entry;
    }
    return -1;
  }

  /** The first place within reach that has expired, or expires first. */
  #make(low: number, high: number, nowUs: number): number {
    let chosen = high & (ENTRIES - 1);
    for (let step = 0, entry = chosen; step < 32; step++, entry = (entry + 1) & (ENTRIES - 1)) {
      if ((this.#expiry[entry] ?? 0) < (this.#expiry[chosen] ?? 0)) chosen = entry;
      if ((this.#expiry[chosen] ?? 0) <= nowUs) break;
    }
    this.#clear(chosen);
    this.#set(chosen, LOW, low);
    this.#set(chosen, HIGH, high);
    return chosen;
  }

  #clear(entry: number): void {
    for (let chunk = this.#word(entry, HEAD); chunk !== 0; ) chunk = this.#free(chunk);
    for (let word = 0; word < ENTRY_WORDS; word++) this.#set(entry, word, 0);
    this.#expiry[entry] = 0;
  }

  #next(chunk: number): number {
    return this.#times[(chunk - 1) * CHUNK] ?? 0;
  }

  #free(chunk: number): number {
    const next = this.#next(chunk);
    this.#times[(chunk - 1) * CHUNK] = this.#head[FREE] ?? 0;
    this.#head[FREE] = chunk;
    return next;
  }

  #allocate(entry: number): number {
    const free = this.#head[FREE] ?? 0;
    if (free !== 0) {
      this.#head[FREE] = this.#next(free);
      this.#times[(free - 1) * CHUNK] = 0;
      return free;
    }
    const fresh = this.#head[FRESH] ?? 0;
    if (fresh < CHUNKS) {
      this.#head[FRESH] = fresh + 1;
      this.#times[fresh * CHUNK] = 0;
      return fresh + 1;
    }
    let victim = -1;
    for (let other = 0; other < ENTRIES; other++) {
      if (other === entry || this.#word(other, HEAD) === 0) continue;
      if (victim === -1 || (this.#expiry[other] ?? 0) < (this.#expiry[victim] ?? 0)) victim = other;
    }
    if (victim === -1) return 0;
    this.#clear(victim);
    return this.#allocate(entry);
  }

  #push(entry: number, nowUs: number): void {
    let tail = this.#word(entry, TAIL);
    if (tail === 0 || this.#word(entry, LAST) === TIMES) {
      const chunk = this.#allocate(entry);
      if (chunk === 0) return;
      if (tail === 0) this.#set(entry, HEAD, chunk);
      else this.#times[(tail - 1) * CHUNK] = chunk;
      tail = chunk;
      this.#set(entry, TAIL, chunk);
      this.#set(entry, LAST, 0);
    }
    const last = this.#word(entry, LAST);
    this.#times[(tail - 1) * CHUNK + 1 + last] = nowUs;
    this.#set(entry, LAST, last + 1);
    this.#set(entry, COUNT, this.#word(entry, COUNT) + 1);
  }

  #pop(entry: number): void {
    const count = this.#word(entry, COUNT);
    if (count <= 1) {
      this.#empty(entry);
      return;
    }
    const last = this.#word(entry, LAST) - 1;
    this.#set(entry, COUNT, count - 1);
    this.#set(entry, LAST, last);
    if (last > 0) return;
    const tail = this.#word(entry, TAIL);
    let before = this.#word(entry, HEAD);
    while (this.#next(before) !== tail) before = this.#next(before);
    this.#times[(before - 1) * CHUNK] = 0;
    this.#free(tail);
    this.#set(entry, TAIL, before);
    this.#set(entry, LAST, TIMES);
  }

  #empty(entry: number): void {
    for (let chunk = this.#word(entry, HEAD); chunk !== 0; ) chunk = this.#free(chunk);
    for (const word of [HEAD, TAIL, FIRST, LAST, COUNT]) this.#set(entry, word, 0);
  }

  /** Forgets the times at or before this one. */
  #prune(entry: number, untilUs: number): void {
    for (let count = this.#word(entry, COUNT); count > 0; count--) {
      const head = this.#word(entry, HEAD);
      const first = this.#word(entry, FIRST);
      if ((this.#times[(head - 1) * CHUNK + 1 + first] ?? 0) > untilUs) return;
      if (count === 1) {
        this.#empty(entry);
        return;
      }
      this.#set(entry, COUNT, count - 1);
      this.#set(entry, FIRST, first + 1 === TIMES ? 0 : first + 1);
      if (first + 1 === TIMES) this.#set(entry, HEAD, this.#free(head));
    }
  }

  /** The n-th oldest time, from 1. */
  #nth(entry: number, n: number): number {
    let chunk = this.#word(entry, HEAD);
    let at = this.#word(entry, FIRST) + n - 1;
    for (; at >= TIMES; at -= TIMES) chunk = this.#next(chunk);
    return this.#times[(chunk - 1) * CHUNK + 1 + at] ?? 0;
  }
}
