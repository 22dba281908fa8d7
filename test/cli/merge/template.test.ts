import { describe, expect, it } from 'vitest';
import { compareTemplates, parseTemplate, relation, type Template, templateKey } from '../../../cli/merge/template.ts';

/** The template of a text that can be served. */
function template(text: string, ...multiSegment: readonly string[]): Template {
  const parsed = parseTemplate(text, new Set(multiSegment));
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed;
}

describe('parseTemplate', () => {
  it.each([
    ['/', [{ kind: 'literal', text: '' }], []],
    ['/orders', [{ kind: 'literal', text: 'orders' }], []],
    [
      '/orders/',
      [
        { kind: 'literal', text: 'orders' },
        { kind: 'literal', text: '' },
      ],
      [],
    ],
    ['/{id}', [{ kind: 'parameter', parameter: 0 }], ['id']],
    ['/{id}.json', [{ kind: 'template', parts: [0, '.json'] }], ['id']],
    ['/{name}:verb', [{ kind: 'template', parts: [0, ':verb'] }], ['name']],
    ['/{base}...{head}', [{ kind: 'template', parts: [0, '...', 1] }], ['base', 'head']],
    ['/v{n}', [{ kind: 'template', parts: ['v', 0] }], ['n']],
    ['/...{head}', [{ kind: 'template', parts: ['...', 0] }], ['head']],
    [
      '/{a b}/{__proto__}',
      [
        { kind: 'parameter', parameter: 0 },
        { kind: 'parameter', parameter: 1 },
      ],
      ['a b', '__proto__'],
    ],
  ])('%s', (text, segments, names) => {
    expect(parseTemplate(text)).toEqual({ text, segments, names });
  });

  it('makes a marked parameter a multi-segment one where it is the whole last segment only', () => {
    expect(template('/files/{path}', 'path').segments[1]).toEqual({ kind: 'rest', parameter: 0 });
    expect(template('/files/{path}/x', 'path').segments[1]).toEqual({ kind: 'parameter', parameter: 0 });
    expect(template('/files/{path}.zip', 'path').segments[1]?.kind).toBe('template');
  });

  it.each([
    ['orders', 'begin with a slash'],
    ['/{id', 'not closed'],
    ['/{a{b}}', 'not closed'],
    ['/{a/b}', 'not closed'],
    ['/id}', 'closes nothing'],
    ['/{}', 'without a name'],
    ['/{a}{b}', 'where one ends'],
    ['/{a}/{a}', 'twice'],
    ['/a?b', "'?'"],
    ['/a#b', "'#'"],
    ['/a\\b', '\\'],
    ['/a%2fb', '%2f'],
    ['/a%5Cb', '%5C'],
    ['/a%00', '%00'],
    ['/%7Bid%7d', 'brace'],
    ['/a%zz', "'%'"],
    ['/./a', 'dot segment'],
    ['/a/%2E%2e', 'dot segment'],
    ['/a\ud800', 'surrogate'],
    [`/{a}${'x'.repeat(256)}`, '255'],
  ])('refuses %s', (text, says) => {
    expect(parseTemplate(text)).toMatchObject({ problem: expect.stringContaining(says) });
  });
});

describe('templateKey', () => {
  it.each([
    ['/a/{id}', '/a/{other}'],
    ['/caf\u00e9', '/caf%c3%a9'],
    ['/%7Euser', '/~user'],
    ['/{a}%41', '/{b}A'],
  ])('is one for %s and %s', (a, b) => {
    expect(templateKey(template(a).segments)).toBe(templateKey(template(b).segments));
  });

  it.each([
    ['/a', '/A'],
    ['/a', '/a/'],
    ['/{a}', '/{a}.json'],
  ])('is not one for %s and %s', (a, b) => {
    expect(templateKey(template(a).segments)).not.toBe(templateKey(template(b).segments));
  });
});

describe('relation', () => {
  it.each([
    ['/users/me', '/users/{id}', 'more'],
    ['/{a}/{b}', '/{a}/x', 'less'],
    ['/{entity}/me', '/books/{id}', 'ambiguous'],
    ['/{a}.json', '/{a}', 'more'],
    ['/{a}.json', '/{a}.{b}', 'more'],
    ['/{a}x', '/x{a}', 'ambiguous'],
    ['/{a}-{b}', '/{a}-{b}-{c}', 'less'],
    ['/{x}', '/{y}', 'same'],
  ] as const)('%s is to %s: %s', (a, b, expected) => {
    expect(relation(template(a).segments, template(b).segments)).toBe(expected);
  });

  it('has a multi-segment parameter less specific than anything in its place', () => {
    const files = template('/files/{path}', 'path').segments;
    expect(relation(template('/files/{a}/b').segments, files)).toBe('more');
    expect(relation(files, template('/files/{a}').segments)).toBe('less');
    expect(relation(files, template('/{any}/x').segments)).toBe('ambiguous');
  });
});

it('orders templates as the router tries them', () => {
  const texts = ['/{a}', '/b', '/{a}.json', '/a', '/{a}.j', '/{a}/x', '/a/{b}', '/a/b'];
  const sorted = texts.map((text) => template(text)).sort((a, b) => compareTemplates(a.segments, b.segments));
  expect(sorted.map(({ text }) => text)).toEqual(['/a', '/a/b', '/a/{b}', '/b', '/{a}.json', '/{a}.j', '/{a}', '/{a}/x']);
});
