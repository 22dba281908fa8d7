import { describe, expect, it } from 'vitest';
import { decodeUtf8, MAX_DEPTH, MAX_KEYS, type ParsedJson, parseJson } from '../../../runtime/validate/json.ts';

function keyword(parsed: ParsedJson): string | undefined {
  return 'failure' in parsed ? parsed.failure.keyword : undefined;
}

describe('parseJson', () => {
  it('gives what JSON.parse gives', () => {
    const text = '{"a":[1,2.5e3,"x\\"y",null,true,{}],"é\\u0041":{"b":[]}}';
    expect(parseJson(text)).toEqual({ value: JSON.parse(text) });
  });

  it.each([
    '',
    ' ',
    'nul',
    'NaN',
    '{"a":NaN}',
    '01',
    '[1,]',
    '{"a":1,}',
    '{"a" 1}',
    '{} {}',
    '{}x',
    '"',
    '"a',
    '["\\"]',
    ']',
    '{"a":1]',
    "{'a':1}",
    '\ufeff{}',
    '"\\x"',
  ])('refuses %j as malformed', (text) => {
    expect(keyword(parseJson(text))).toBe('syntax');
  });

  it('accepts the deepest nesting and refuses one level more', () => {
    expect(keyword(parseJson('['.repeat(MAX_DEPTH) + ']'.repeat(MAX_DEPTH)))).toBeUndefined();
    expect(keyword(parseJson('['.repeat(MAX_DEPTH + 1) + ']'.repeat(MAX_DEPTH + 1)))).toBe('depth');
    expect(keyword(parseJson('{"a":'.repeat(20_000)))).toBe('depth');
    expect(keyword(parseJson('['.repeat(1_000_000)))).toBe('depth');
  });

  it('does not count brackets inside of strings', () => {
    expect(parseJson(JSON.stringify('[{'.repeat(100)))).toEqual({ value: '[{'.repeat(100) });
    expect(parseJson('{"a\\\\":"]","b":"\\\\\\""}')).toEqual({ value: { 'a\\': ']', b: '\\"' } });
  });

  it('takes a million empty objects', () => {
    const text = `[${'{},'.repeat(999_999)}{}]`;
    expect(keyword(parseJson(text))).toBeUndefined();
  });

  it('counts the members of an object', () => {
    const members = (count: number): string => `{${Array.from({ length: count }, (_, i) => `"k${i}":0`).join()}}`;
    expect(keyword(parseJson(members(MAX_KEYS)))).toBeUndefined();
    expect(keyword(parseJson(members(MAX_KEYS + 1)))).toBe('keys');
  });

  it.each([
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"x":{"a":{},"b":[],"a":3}}',
    `{${Array.from({ length: 40 }, (_, i) => `"k${i}":0`).join()},"k3":1}`,
  ])('refuses a key that occurs twice: %s', (text) => {
    expect(keyword(parseJson(text))).toBe('duplicate');
  });

  it('takes the same key in different objects', () => {
    expect(keyword(parseJson('{"a":{"a":[{"a":1},{"a":2}]},"b":{"a":1}}'))).toBeUndefined();
  });

  it.each([
    '{"__proto__":1}',
    '[{"a":{"__proto__":{}}}]',
    '{"\\u005f_proto__":1}',
    '{"constructor":{"prototype":{}}}',
    '{"constructor":{"x":1,"prototype":2}}',
  ])('refuses keys that reach for prototypes: %s', (text) => {
    expect(keyword(parseJson(text))).toBe('forbidden');
  });

  it('takes the words alone', () => {
    expect(keyword(parseJson('{"constructor":1,"prototype":{"a":1}}'))).toBeUndefined();
    expect(keyword(parseJson('{"constructor":[{"prototype":1}]}'))).toBeUndefined();
    expect(keyword(parseJson('["__proto__"]'))).toBeUndefined();
  });
});

describe('decodeUtf8', () => {
  it('refuses what is no UTF-8', () => {
    expect(decodeUtf8(Buffer.from('{"a":"ü😀"}'))).toBe('{"a":"ü😀"}');
    for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]]) {
      expect(decodeUtf8(Uint8Array.from(bytes))).toMatchObject({ keyword: 'syntax' });
    }
  });
});
