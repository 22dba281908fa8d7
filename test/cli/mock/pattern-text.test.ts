import { describe, expect, it } from 'vitest';
import { patternText } from '../../../cli/mock/pattern-text.ts';
import { randomOf } from '../../../cli/mock/random.ts';
import { compilePattern } from '../../../cli/plan/schema-pattern.ts';

describe('patternText', () => {
  it.each([
    '^[a-z]{3,8}-\\d+$',
    '^(?:GET|POST) /[\\w-]+(?:/\\{[a-z]+\\})?$',
    '^\\+[1-9]\\d{1,14}$',
    '^(?<year>\\d{4})-(0[1-9]|1[0-2])$',
    '^[^\\s@]+@[^\\s@]+\\.[a-z]{2,}$',
    '^\\p{L}+$',
    '^[A-F0-9]{8}(?:-[A-F0-9]{4}){3}$',
    '^arn:aws:[a-z0-9]*:\\d{12}:.+$',
    '^$|^x{2}$',
    'a.c',
    '^\\u0041[\\x30-\\x39]$',
  ])('finds a text of %s', (pattern) => {
    const text = patternText(pattern, 0, 100, randomOf('seed'));
    expect(text).toMatch(compilePattern(pattern));
    expect(patternText(pattern, 0, 100, randomOf('seed'))).toBe(text);
  });

  it('keeps within the bounds of length', () => {
    expect(patternText('^[a-z]+$', 5, 5, randomOf('seed'))).toHaveLength(5);
    expect(patternText('^a', 20, 30, randomOf('seed'))).toHaveLength(20);
    expect(patternText('^[a-z]{4}$', 5, 9, randomOf('seed'))).toBeUndefined();
  });

  it.each(['^(?=.*\\d)(?=.*[A-Z]).{40}\\1$', '('.repeat(900) + ')'.repeat(900), '^(a{1000}){1000}$', 'x'.repeat(5_000)])(
    'gives up on what it cannot write: %.20s',
    (pattern) => expect(patternText(pattern, 3, 100, randomOf('seed'))).toBeUndefined(),
  );
});
