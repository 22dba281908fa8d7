/** Numbers that look random and are the same for the same seed on any machine. */
export interface Random {
  /** A whole number from 0 up to, and without, `below`. */
  next(below: number): number;
}

/**
 * A counter mixed by multiplication (mulberry32), begun with the FNV-1a hash of the seed.
 *
 * @param seed any text, such as the name of an operation
 */
export function randomOf(seed: string): Random {
  let state = 0x811c9dc5;
  for (let i = 0; i < seed.length; i++) state = Math.imul(state ^ seed.charCodeAt(i), 0x01000193);
  return {
    next(below) {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
    },
  };
}
