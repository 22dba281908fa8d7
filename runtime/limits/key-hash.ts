/** How far a text has been taken in: the four words of HalfSipHash. */
export type HashState = readonly [v0: number, v1: number, v2: number, v3: number];

/** Two words of 32 bits, drawn at random. */
export type HashSeed = readonly [k0: number, k1: number];

/**
 * HalfSipHash-1-3 with 64 bits of output, over UTF-16 code units, two to a word. Keys come from callers: without the seed nobody can
 * choose texts that meet in one place of a table. Holds its result in fields, so that hashing allocates nothing.
 *
 * @see https://www.aumasson.jp/siphash/siphash.pdf, and the reference code of halfsiphash.c
 */
export class KeyHash {
  readonly #seed: HashSeed;
  #v0 = 0;
  #v1 = 0;
  #v2 = 0;
  #v3 = 0;
  /** The result of `finish`, as signed 32-bit words. */
  low = 0;
  high = 0;

  constructor(seed: HashSeed) {
    this.#seed = seed;
  }

  /** Begins anew. */
  begin(): this {
    const [k0, k1] = this.#seed;
    this.#v0 = k0;
    this.#v1 = k1 ^ 0xee;
    this.#v2 = 0x6c796765 ^ k0;
    this.#v3 = 0x74656462 ^ k1;
    return this;
  }

  /** Begins where another text ended. */
  resume(state: HashState): this {
    this.#v0 = state[0];
    this.#v1 = state[1];
    this.#v2 = state[2];
    this.#v3 = state[3];
    return this;
  }

  get state(): HashState {
    return [this.#v0, this.#v1, this.#v2, this.#v3];
  }

  /** Takes a text in, its length last: `ab` and `c` are not `a` and `bc`. */
  add(text: string): this {
    const { length } = text;
    let at = 0;
    for (; at + 1 < length; at += 2) this.#word(text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16));
    this.#word((at < length ? text.charCodeAt(at) : 0) | (length << 16));
    return this;
  }

  finish(): this {
    this.#v2 ^= 0xee;
    for (let round = 0; round < 3; round++) this.#mix();
    this.low = this.#v1 ^ this.#v3;
    this.#v1 ^= 0xdd;
    for (let round = 0; round < 3; round++) this.#mix();
    this.high = this.#v1 ^ this.#v3;
    return this;
  }

  #word(word: number): void {
    this.#v3 ^= word;
    this.#mix();
    this.#v0 ^= word;
  }

  #mix(): void {
    let v0 = this.#v0;
    let v1 = this.#v1;
    let v2 = this.#v2;
    let v3 = this.#v3;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    this.#v0 = v0;
    this.#v1 = v1;
    this.#v2 = v2;
    this.#v3 = v3;
  }
}
