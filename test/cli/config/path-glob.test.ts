import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globMayHold } from '../../../cli/config/path-glob.ts';
import { parseTemplate } from '../../../cli/merge/template.ts';

describe('globMayHold', () => {
  it.each([
    ['/**', '/', true],
    ['/**', '/a/{b}', true],
    ['/a/**', '/a', true],
    ['/a/**', '/a/b/c', true],
    ['/a/**', '/ab', false],
    ['/a/*', '/a/b', true],
    ['/a/*', '/a/b/c', false],
    ['/a/*', '/a', false],
    ['/*/users', '/{tenant}/users', true],
    ['/admin/**', '/{area}/users', true],
    ['/admin/**', '/{area}.json', false],
    ['/admin.json', '/{area}.json', true],
    ['/a/**/z', '/a/z', true],
    ['/a/**/z', '/a/b/c/z', true],
    ['/a/**/z', '/a/b/c', false],
    ['/or*s', '/orders', true],
    ['/or*s', '/order', false],
    ['/a/b/c', '/a/{rest}', true],
    ['/a/b/c', '/b/{rest}', false],
    ['/café', '/caf%C3%A9', true],
    ['/a.b', '/aXb', false],
  ])('%s and %s: %s', (glob, text, expected) => {
    const template = parseTemplate(text, new Set(['rest']));
    if ('problem' in template) throw new Error(template.problem);
    expect(globMayHold(glob, template.segments)).toBe(expected);
  });

  it('finds every template that a fitting path matches', () => {
    const text = fc.constantFrom('a', 'b', 'ab');
    const segment = fc.oneof(text, fc.constantFrom('{p}', '{p}.b', 'a{p}'));
    const globSegment = fc.oneof(text, fc.constantFrom('*', '**', 'a*', '*b', 'a.b'));
    const path = fc.array(fc.constantFrom('a', 'b', 'ab', 'a.b', 'b.b'), { minLength: 1, maxLength: 4 });
    const asRegExp = (parts: readonly string[]) => new RegExp(`^${parts.join('')}$`);
    fc.assert(
      fc.property(
        fc.array(segment, { minLength: 1, maxLength: 4 }),
        fc.array(globSegment, { minLength: 1, maxLength: 4 }),
        path,
        (segments, glob, names) => {
          const request = names.map((name) => `/${name}`).join('');
          const matches = asRegExp(segments.map((one) => `/${one.replace('.', '\\.').replace('{p}', '[^/]+')}`)).test(request);
          const fits = asRegExp(
            glob.map((one) => (one === '**' ? '(?:/[^/]+)*' : `/${one.replace('.', '\\.').replace('*', '[^/]*')}`)),
          ).test(request);
          const numbered = segments.map((one, index) => one.replace('p', `p${index}`));
          const template = parseTemplate(`/${numbered.join('/')}`);
          if ('problem' in template) throw new Error(template.problem);
          if (matches && fits) expect(globMayHold(`/${glob.join('/')}`, template.segments)).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('takes little time for many stars', () => {
    const template = parseTemplate(`/${'a/'.repeat(200)}b`);
    if ('problem' in template) throw new Error(template.problem);
    expect(globMayHold(`/${'**/'.repeat(100)}c`, template.segments)).toBe(false);
  });
});
