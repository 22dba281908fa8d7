import { describe, expect, it } from 'vitest';
import { compilePattern, ecmaPattern } from '../../../cli/plan/schema-pattern.ts';

describe('ecmaPattern', () => {
  it.each([
    ['^a.c$', '^a.c$'],
    ['(?i)ab', '[aA][bB]'],
    ['(?i)^[a-fx\\d]+(?:no|\\u0041)$', '^[a-fABCDEFxX\\d]+(?:[nN][oO]|\\u0041)$'],
    ['(?i)(?<name>q)\\k<name>', '(?<name>[qQ])\\k<name>'],
    ['(?i)\\p{Lu}\\w-\\x41', '\\p{Lu}\\w-\\x41'],
    ['\\A\\d+\\Z', '^\\d+$'],
    ['\\A\\d+\\z', '^\\d+$'],
    ['[\\\\Z]', '[\\\\Z]'],
  ])('%s', (authored, expected) => {
    expect(ecmaPattern(authored)).toBe(expected);
  });

  it('matches letters of both cases', () => {
    const pattern = compilePattern(ecmaPattern('(?i)^[k-t]{3}-end$'));
    expect(['kLT-END', 'klt-End', 'kla-end'].map((text) => pattern.test(text))).toEqual([true, true, false]);
  });

  it.each(['(', '[a', '(?P<x>a)', 'a{2,1}', '(?x)a', '*'])('refuses %s', (authored) => {
    expect(() => ecmaPattern(authored)).toThrow(SyntaxError);
  });

  it('compiles without u what is valid only so', () => {
    expect(compilePattern('^[\\w\\-\\_]+\\@$').test('a-_@')).toBe(true);
  });
});
