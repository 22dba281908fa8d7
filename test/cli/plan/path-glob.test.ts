import { describe, expect, it } from 'vitest';
import { parseTemplate } from '../../../cli/merge/template.ts';
import { mayFit } from '../../../cli/plan/path-glob.ts';

describe('mayFit', () => {
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
    expect(mayFit(glob, template.segments)).toBe(expected);
  });

  it('takes little time for many stars', () => {
    const template = parseTemplate(`/${'a/'.repeat(200)}b`);
    if ('problem' in template) throw new Error(template.problem);
    expect(mayFit(`/${'**/'.repeat(100)}c`, template.segments)).toBe(false);
  });
});
