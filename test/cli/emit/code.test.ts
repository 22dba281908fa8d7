import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { and, identifier, importNames, js, list, literal, moduleText, or, regularExpression } from '../../../cli/emit/code.ts';

/** Runs emitted code the way a module would. */
function evaluate(code: string): unknown {
  return new Function(`"use strict"; return (${code});`)();
}

const hostile = [
  "it's",
  '"; process.exit(1); "',
  '`${process.exit(1)}`',
  '</script><script>alert(1)</script>',
  '<!-- -->',
  '--> ',
  '\u2028\u2029',
  '\\u0041\\',
  '\u0000\u007f\u0080\uffff',
  '\ud800',
  'a\r\nb',
  '*/ //',
  '🚀',
];

describe('js', () => {
  it('quotes strings and takes code as it is', () => {
    const name = identifier('value');
    expect(js`if (${name} === ${'a'}) return ${name};`.toString()).toBe('if (value === "a") return value;');
  });

  it.each(hostile)('gives back %j, from ASCII that ends no script element', (text) => {
    const code = literal(text);
    expect(evaluate(code)).toBe(text);
    expect(code).toMatch(/^[\x20-\x7e]*$/);
    expect(code).not.toMatch(/<\/script|<!--|-->/i);
  });

  it('makes __proto__ an own property', () => {
    const parsed: unknown = JSON.parse('{"__proto__":{"admin":true},"constructor":1,"a-b":2}');
    const code = literal(parsed);
    const value = evaluate(code);
    expect(Object.keys(value ?? {})).toEqual(['__proto__', 'constructor', 'a-b']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(JSON.stringify(value)).toBe(JSON.stringify(parsed));
  });

  it('keeps -0 and keeps negative numbers apart from operators', () => {
    expect(Object.is(evaluate(literal(-0)), -0)).toBe(true);
    expect(js`1 -${-1}`.toString()).toBe('1 -(-1)');
    expect(literal([-1, 1e21, 10n])).toBe('[-1, 1e+21, 10n]');
  });

  it('takes the template raw', () => {
    expect(evaluate(js`'a\n'`.toString())).toBe('a\n');
  });

  it('holds code inside literals and leaves undefined members out', () => {
    expect(literal({ run: js`() => 1`, none: undefined, list: [js`x`, 'x'] })).toBe('{ run: () => 1, list: [x, "x"] }');
    expect(js`() => ${{}}`.toString()).toBe('() => ({})');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('refuses %s', (value) => {
    expect(() => literal(value)).toThrow(/no literal/);
  });

  it('refuses instances of classes', () => {
    expect(() => literal(Object.create({ a: 1 }))).toThrow(/no literal/);
    expect(() => identifier('a b')).toThrow(/no identifier/);
  });

  it('gives back any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const data: unknown = JSON.parse(JSON.stringify(value));
        expect(evaluate(literal(data))).toEqual(data);
      }),
    );
  });
});

describe('helpers', () => {
  it('joins tests', () => {
    const tests = [js`a || b`, js`c`];
    expect(and(tests).toString()).toBe('(a || b) && (c)');
    expect(or(tests).toString()).toBe('(a || b) || (c)');
    expect([and([]), or([])].map(String)).toEqual(['true', 'false']);
  });

  it('writes modules', () => {
    const parts = [importNames(['b', 'a', 'b'], 'gw:x'), js`export const r = ${regularExpression('^/"$', 'u')};`];
    expect(moduleText(parts)).toBe('import { a, b } from "gw:x";\nexport const r = new RegExp("^/\\"$", "u");\n');
    expect(list([js`a`, js`b`]).toString()).toBe('a, b');
  });
});
