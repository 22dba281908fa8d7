import { describe, expect, it } from 'vitest';
import { matchParts } from '../../../runtime/route/match.ts';

describe('matchParts', () => {
  it.each<[(string | 0)[], string, string[] | undefined]>([
    [['v', 0], 'v12', ['12']],
    [['v', 0], 'v', undefined],
    [[0, '.json'], 'a.json', ['a']],
    [[0, '.json'], '.json', undefined],
    [[0, '..', 0], 'a...b', ['a', '.b']],
    [[0, '..', 0], 'a..', undefined],
    [[0, 'aa', 0, 'a'], 'xaaya', ['x', 'y']],
    [[0, 'aa', 0, 'a'], 'aaaa', undefined],
    [[0, 'aa', 0, 'a'], 'aaaaa', ['a', 'a']],
    [['(', 0, ')-(', 0, ')'], '(1)-(2)', ['1', '2']],
    [['v'], 'v1', undefined],
    [[0, '/', 0], 'a', undefined],
  ])('%j on %s', (parts, segment, values) => {
    // The text around the segment must not be read.
    const path = `/v/${segment}/aa.json`;
    const captures: number[] = [];
    const count = matchParts(parts, path, 3, 3 + segment.length, 1, captures);
    const found = Array.from({ length: count - 1 }, (_, i) => path.slice(captures[2 * i + 2], captures[2 * i + 3]));
    expect(count < 0 ? undefined : found).toEqual(values);
  });
});
