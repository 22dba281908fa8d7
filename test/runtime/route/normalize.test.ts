import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalizeLiteral } from '../../../cli/emit/literal.ts';
import { normalizePath, targetPath, targetQuery } from '../../../runtime/route/normalize.ts';

const piece = fc.oneof(
  fc.constantFrom(
    '/',
    '.',
    '..',
    '/.',
    '/..',
    '%2e',
    '%2E',
    '%41',
    '%c3%a9',
    '%25',
    '%2f',
    '%5C',
    '%00',
    '%',
    '%4',
    '%zz',
    '\\',
    'a',
    '~',
    ';',
    '+',
    ':',
  ),
  fc.string({ maxLength: 3, unit: 'binary' }),
);
const rawPath = fc.array(piece, { maxLength: 12 }).map((pieces) => `/${pieces.join('')}`);

describe('normalizePath', () => {
  it('is its own normal form', () => {
    fc.assert(
      fc.property(rawPath, (path) => {
        const once = normalizePath(path);
        if (once !== undefined) expect(normalizePath(once)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves nothing that two readers could read differently', () => {
    fc.assert(
      fc.property(rawPath, (path) => {
        const normalized = normalizePath(path);
        if (normalized === undefined) return;
        expect(normalized).toMatch(/^\/(?:[!-"$&->@-[\]-~]|%[0-9A-F]{2})*$/);
        expect(normalized).not.toMatch(/%2F|%5C|%00|%2E|%(?:4[1-9A-F]|5[0-9A]|6[1-9A-F]|7[0-9AE]|3[0-9]|2D|5F)/);
        expect(normalized.split('/')).not.toContain('.');
        expect(normalized.split('/')).not.toContain('..');
      }),
      { numRuns: 2000 },
    );
  });

  it('removes dot segments like a URL parser, but for what it refuses', () => {
    const segment = fc.constantFrom('a', 'b', '.', '..', '%2e', '%2E%2e', '', '...', 'a..', '..a');
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 8 }), (segments) => {
        const path = `/${segments.join('/')}`;
        const normalized = normalizePath(path);
        if (normalized !== undefined) expect(normalized).toBe(new URL(`http://h${path}`).pathname);
      }),
    );
  });

  it('takes long hostile paths in one pass', () => {
    expect(normalizePath(`/${'../'.repeat(50_000)}`)).toBeUndefined();
    expect(normalizePath('/a/..'.repeat(50_000))).toBe('/');
    expect(normalizePath('/%41'.repeat(50_000))).toBe('/A'.repeat(50_000));
    expect(normalizePath('/'.repeat(100_000))).toBe('/'.repeat(100_000));
  });
});

describe('normalizeLiteral', () => {
  it('agrees with the normalization of a request that spells the same path', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
        const literal = normalizeLiteral(text.replaceAll('%', ''));
        expect(normalizeLiteral(literal)).toBe(literal);
        const path = normalizePath(`/x${literal}`);
        if (path !== undefined && !/\/\.{1,2}(\/|$)/.test(literal)) expect(path).toBe(`/x${literal}`);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['café', 'caf%C3%A9'],
    ['a b', 'a%20b'],
    ['%7e%c3%2b', '~%C3%2B'],
    ['100%', '100%25'],
    ['%4', '%254'],
    ["it's:{ok}|", "it's:{ok}|"],
    ['\ud800', '%EF%BF%BD'],
  ])('writes %j as %j', (text, literal) => {
    expect(normalizeLiteral(text)).toBe(literal);
  });
});

describe('the parts of a target', () => {
  it.each([
    ['/a?b=c?d', '/a', 'b=c?d'],
    ['/a?', '/a', ''],
    ['/a', '/a', ''],
    ['?', '', ''],
    ['*', '*', ''],
  ])('%s', (target, path, query) => {
    expect([targetPath(target), targetQuery(target)]).toEqual([path, query]);
  });
});
