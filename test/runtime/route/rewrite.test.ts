import { describe, expect, it } from 'vitest';
import { rewritePath, stripPrefix } from '../../../runtime/route/rewrite.ts';

describe('RT-10 rewritePath', () => {
  it('copies parameters as they are encoded', () => {
    expect(rewritePath(['/internal/', 0, '/x/', 1, '.json'], '/v2/a%2Bb/c%25', [4, 9, 10, 14])).toBe(
      '/internal/a%2Bb/x/c%25.json',
    );
  });

  it('keeps the slashes of a multi-segment parameter', () => {
    expect(rewritePath(['/i/', 0, '.txt'], '/f/a/b', [3, 6])).toBe('/i/a/b.txt');
  });

  it.each([
    [
      ['/i/', 0],
      [3, 5],
    ],
    [
      ['/i/', 0, '/x'],
      [3, 4],
    ],
    [
      ['/i/.', 0],
      [3, 4],
    ],
  ])('refuses a dot segment made of a value: %j', (parts, captures) => {
    expect(rewritePath(parts, '/c/..', captures)).toBeUndefined();
  });

  it('takes texts alone', () => {
    expect(rewritePath(['/i'], '/x', [])).toBe('/i');
  });
});

describe('stripPrefix', () => {
  it.each([
    ['/v2/orders', '/v2', '/orders'],
    ['/v2', '/v2', '/'],
    ['/v2/', '/v2', '/'],
    ['/v2x', '/v2', '/v2x'],
    ['/v3', '/v2', '/v3'],
    ['/v2//x', '/v2', '//x'],
  ])('%s without %s', (path, prefix, rest) => {
    expect(stripPrefix(path, prefix)).toBe(rest);
  });
});
