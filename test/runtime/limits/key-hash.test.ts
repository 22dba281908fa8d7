import { describe, expect, it } from 'vitest';
import { KeyHash } from '../../../runtime/limits/key-hash.ts';

const hash = (seed: readonly [number, number], ...texts: readonly string[]): string => {
  const one = new KeyHash(seed).begin();
  for (const text of texts) one.add(text);
  one.finish();
  return `${one.low} ${one.high}`;
};

describe('KeyHash', () => {
  it('depends on every text, on where one ends, and on the seed', () => {
    const all = [
      hash([1, 2], 'ab', 'c'),
      hash([1, 2], 'a', 'bc'),
      hash([1, 2], 'abc'),
      hash([1, 3], 'abc'),
      hash([1, 2], 'abd'),
      hash([1, 2], 'abc\0'),
      hash([1, 2], ''),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('goes on where a text ended', () => {
    const one = new KeyHash([5, 6]);
    const { state } = one.begin().add('limit');
    one.resume(state).add('key').finish();
    expect(`${one.low} ${one.high}`).toBe(hash([5, 6], 'limit', 'key'));
  });

  it('spreads: addresses in a row fill all stripes alike', () => {
    const counts = new Array<number>(64).fill(0);
    for (let index = 0; index < 64_000; index++) {
      const one = new KeyHash([7, 8])
        .begin()
        .add(`10.0.${index >> 8}.${index & 255}`)
        .finish();
      const at = one.low & 63;
      counts[at] = (counts[at] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(850);
    expect(Math.max(...counts)).toBeLessThan(1_150);
  });
});
