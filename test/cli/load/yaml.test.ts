import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../../cli/load/yaml.ts';

function parsed(text: string): unknown {
  const { content, mistakes } = parseYaml(text);
  expect(mistakes).toEqual([]);
  return content?.value;
}

/** The text that a pointer's span covers. */
function textAt(text: string, pointer: string, part: 'key' | 'value' = 'value'): string {
  const [span] = parseYaml(text).content?.spans([{ pointer, part }]) ?? [];
  return span === undefined ? '' : text.slice(span.start, span.end);
}

describe('values of YAML', () => {
  it('follows the core schema of YAML 1.2: off, yes, dates and times are strings', () => {
    expect(parsed('a: off\nb: yes\nc: 2026-09-15\nd: 12:30:45\ne: 0x10\nf: 1e3\ng: ~\nh: True')).toEqual({
      a: 'off',
      b: 'yes',
      c: '2026-09-15',
      d: '12:30:45',
      e: 16,
      f: 1000,
      g: null,
      h: true,
    });
  });

  it('keeps the text of what JSON cannot say', () => {
    expect(parsed('a: .inf\nb: !!binary aGk=\nc: !custom x')).toEqual({ a: '.inf', b: 'aGk=', c: 'x' });
  });

  it('keeps keys as they are written', () => {
    expect(Object.keys(Object(parsed('200: a\n1.0: b\n0x1: c\nnull: d\ntrue: e')))).toEqual([
      '200',
      '1.0',
      '0x1',
      'null',
      'true',
    ]);
  });

  it('takes __proto__ for a key like any other', () => {
    const value = parsed('__proto__: { polluted: true }');
    expect(Object.keys(Object(value))).toEqual(['__proto__']);
    expect(Reflect.get(Object(value), 'polluted')).toBeUndefined();
  });

  it('shares what an alias repeats, and lets an anchor be named again', () => {
    const value = Object(parsed('a: &x { n: 1 }\nb: *x\nc: &x 2\nd: *x'));
    expect(value).toEqual({ a: { n: 1 }, b: { n: 1 }, c: 2, d: 2 });
    expect(value.a).toBe(value.b);
  });

  it('merges << into maps, own keys first, earlier sources first', () => {
    expect(parsed('a: &a { n: 1, m: 1 }\nb: &b { n: 2, k: 2 }\nc: { <<: [*a, *b], m: 3 }\nd: { "<<": 1 }')).toMatchObject({
      c: { n: 1, m: 3, k: 2 },
      d: { '<<': 1 },
    });
  });
});

describe('places in YAML', () => {
  it('finds keys and values in block and flow style, through aliases and merge keys', () => {
    const text = 'a: &a { n: one }\nb: [x, { "k/1": two }]\nc: *a\nd: { <<: *a, m: 3 }\n';
    expect(textAt(text, '/b/1/k~11')).toBe('two');
    expect(textAt(text, '/b/1/k~11', 'key')).toBe('"k/1"');
    expect(textAt(text, '/c/n')).toBe('one');
    expect(textAt(text, '/d/n', 'key')).toBe('n');
  });

  it('stands in with the key of the nearest ancestor for what is missing', () => {
    expect(textAt('paths:\n  /a:\n    get: {}\n', '/paths/~1a/get/responses/200')).toBe('get');
    expect(textAt('a: 1\n', '/b')).toBe('a');
  });
});

describe('mistakes in YAML', () => {
  const mistakeOf = (text: string) => parseYaml(text).mistakes.map(({ message, start }) => `${start} ${message}`);

  it('names keys that are written twice, and keeps the last', () => {
    const { content, mistakes } = parseYaml('a: 1\nb: { c: 1, c: 2 }\na: 3\n');
    expect(mistakes.map(({ start }) => start)).toEqual([16, 23]);
    expect(content?.value).toEqual({ a: 3, b: { c: 2 } });
  });

  it.each([
    ['a: 1\n---\nb: 2\n', '5 A second YAML document'],
    ['a:\n\tb: 1\n', '3 YAML is indented with spaces'],
    ['a: *x\n', "3 No anchor '&x'"],
    ['a: &x [*x]\n', "7 The alias '*x' stands inside"],
    ['a: {? [b] : c}\n', '6 YAML syntax'],
    [`a: ${'['.repeat(600)}${']'.repeat(600)}\n`, '503 Nested deeper'],
    [`a: ${'['.repeat(50_000)}\n`, '503 Nested deeper'],
  ])('%j', (text, expected) => {
    expect(mistakeOf(text.slice(0, 200_000))[0]).toContain(expected);
  });

  it('refuses aliases that write out to more than a machine holds', () => {
    const lines = [...'bcdefghijk'].map((name, index) => `${name}: &${name} [${`*${'abcdefghij'[index]}, `.repeat(10)}x]`);
    expect(mistakeOf(`a: &a [x, x]\n${lines.join('\n')}\n`)[0]).toContain('Aliases write out');
  });
});
