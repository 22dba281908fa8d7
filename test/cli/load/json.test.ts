import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../cli/load/json.ts';

describe('JSON', () => {
  it('finds many places by one scan of a single line', () => {
    const text = '{"a":{"b":[1,{"c~/":"x"},[]]},"d":null,"a2":{"b":2}}';
    const pointers = ['/a/b/1/c~0~1', '/a/b/2', '/d', '/a2/b', '/a/b', ''];
    const spans = parseJson(text).content?.spans(pointers.map((pointer) => ({ pointer, part: 'value' }))) ?? [];
    expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual(['"x"', '[]', 'null', '2', '[1,{"c~/":"x"},[]]', text]);
  });

  it('finds keys, and for what is missing the key of the nearest ancestor', () => {
    const text = '{ "a": { "b": [ { } ] } }';
    const places = ['/a/b', '/a/b/0/x', '/a/zzz/y', '/q'].map((pointer) => ({ pointer, part: 'key' as const }));
    const spans = parseJson(text).content?.spans(places) ?? [];
    expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual(['"b"', '{', '"a"', '{']);
  });

  it.each([
    ['{"a":1,"a":2}', [7]],
    ['[{"a":1},{"a":1}]', []],
    ['{"a":{"b":1,"\\u0062":2},"b":1}', [12]],
    ['{"a":"\\"b\\":1","b\\\\":1}', []],
    ['{"__proto__":1,"__proto__":2}', [15]],
  ])('names keys that are written twice in %s', (text, starts) => {
    expect(parseJson(text).mistakes.map(({ start }) => start)).toEqual(starts);
  });

  it.each([
    ['{"a": [1, 2', 11],
    ['{\n "a": 1,\n}', 11],
    ['{"a":"\t"}', 5],
    ['{"a":01}', 6],
    ['', 0],
    ['{"a":1} x', 8],
    ['// no\n{}', 0],
  ])('says where %j stops being JSON', (text, start) => {
    const { content, mistakes } = parseJson(text);
    expect(content).toBeUndefined();
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]?.start).toBe(start);
  });

  it('refuses what is nested too deeply without recursing into it', () => {
    expect(parseJson('['.repeat(1_000_000)).mistakes).toMatchObject([{ start: 500 }]);
    expect(parseJson(`${'['.repeat(500)}${']'.repeat(500)}`).mistakes).toEqual([]);
  });
});
