import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RouteTree } from '../../../cli/merge/route-tree.ts';
import { compareTemplates, parseTemplate, type Template } from '../../../cli/merge/template.ts';
import { partsWitness, witness } from '../../../cli/merge/witness.ts';
import { normalizePath } from '../../../runtime/route/normalize.ts';
import { decide, route, routerOf } from '../../support/routing.ts';

function template(text: string, rest = 'rest'): Template {
  const parsed = parseTemplate(text, new Set([rest]));
  if ('problem' in parsed) throw new Error(`${text} ${parsed.problem}`);
  return parsed;
}

/** A matcher written from the rules alone. */
function pattern({ text }: Template): RegExp {
  const source = text.replace(/\{rest\}$/, '\u0001').replace(/\{[^}]*\}/g, '\u0000');
  const escaped = source.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('\u0000', '[^/]+?').replaceAll('\u0001', '[^/]+(?:/[^/]+)*')}$`);
}

/** Segments over a small alphabet, so that many of them overlap. */
const literal = fc
  .string({ unit: fc.constantFrom('a', 'b', '.'), minLength: 1, maxLength: 3 })
  .filter((text) => !/^\.+$/.test(text));
const part = fc.constantFrom('a', 'b', '.', 'ab');
const inSegment = fc
  .tuple(fc.option(part, { nil: '' }), fc.array(part, { maxLength: 2 }), fc.option(part, { nil: '' }))
  .map(([before, between, after]) => (index: number) => {
    const names = between.length + 1;
    return `${before}${Array.from({ length: names }, (_, i) => `{p${index}x${i}}${between[i] ?? ''}`).join('')}${after}`;
  });
const segment = fc.oneof(
  literal.map((text) => () => text),
  inSegment,
);
const template$ = fc
  .tuple(fc.array(segment, { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([segments, rest]) => template(`/${segments.map((make, i) => make(i)).join('/')}${rest ? '/{rest}' : ''}`));

/** Every path of up to four segments over the alphabet and one character that no template has. */
function* paths(length: number): Generator<string> {
  const texts = [...words(3)];
  if (length === 0) yield '';
  else for (const path of paths(length - 1)) for (const text of texts) yield `${path}/${text}`;
}

function* words(length: number): Generator<string> {
  for (const first of ['a', 'b', '.', 'x']) {
    yield first;
    if (length > 1) for (const rest of words(length - 1)) yield first + rest;
  }
}

describe('witness', () => {
  it('matches both templates, and is its own normal form', () => {
    fc.assert(
      fc.property(template$, template$, (a, b) => {
        const path = witness(a, b);
        if (path === undefined) return;
        expect(path).toMatch(pattern(a));
        expect(path).toMatch(pattern(b));
        expect(normalizePath(path)).toBe(path);
      }),
      { numRuns: 2000 },
    );
  });

  it('exists whenever a path matches both', () => {
    const single = [...paths(1)].filter((path) => normalizePath(path) === path);
    fc.assert(
      fc.property(segment, segment, (one, two) => {
        const [a, b] = [template(`/${one(0)}`), template(`/${two(1)}`)];
        const both = single.some((path) => pattern(a).test(path) && pattern(b).test(path));
        if (both) expect(witness(a, b), `${a.text} ${b.text}`).toBeDefined();
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['/users/me', '/users/{id}', '/users/me'],
    ['/{entity}/me', '/books/{id}', '/books/me'],
    ['/a/{rest}', '/a/{b}/c', '/a/x/c'],
    ['/a/{rest}', '/a', undefined],
    ['/a/{rest}', '/a/', undefined],
    ['/a/{b}', '/a/', undefined],
    ['/{a}.json', '/{b}.xml', undefined],
    ['/.{a}', '/{b}.', '/.x.'],
    ['/caf\u00e9/{a}', '/{b}/x', '/caf%C3%A9/x'],
  ])('of %s and %s is %s', (a, b, expected) => {
    expect(witness(template(a), template(b))).toBe(expected);
    if (expected !== undefined) expect(witness(template(b), template(a))).toBe(expected);
  });

  it('keeps to what the parameters take', () => {
    const id = template('/{id}').segments;
    const of = (parameter: object) => ({ segments: id, parameters: [parameter] });
    expect(witness(of({ values: ['a', 'b'] }), of({ values: ['b', 'c'] }))).toBe('/b');
    expect(witness(of({ values: ['a'] }), of({ values: ['c'] }))).toBeUndefined();
    expect(witness(of({ kind: 'uuid' }), of({ kind: 'integer' }))).toBeUndefined();
    expect(witness(of({ kind: 'integer' }), of({}))).toBe('/1');
    expect(witness(of({ kind: 'integer' }), { segments: template('/me').segments })).toBeUndefined();
    expect(witness(of({ kind: 'uuid' }), { segments: template('/{a}.json').segments })).toBeUndefined();
    expect(witness(of({ values: ['a.json', 'b'] }), { segments: template('/{a}.json').segments })).toBe('/a.json');
    expect(witness(of({ pattern: /^x/ }), { segments: template('/me').segments })).toBeUndefined();
    expect(witness(of({ values: ['a/b', '..', 'a b'] }), of({}))).toBe('/a%20b');
  });

  it('stays small for the longest segments', () => {
    const long = (text: string) => Array.from({ length: 250 }, (): readonly (string | 0)[] => [text, 0]).flat();
    expect(partsWitness(long('a'), long('a'))).toHaveLength(500);
    expect(partsWitness([0, ...long('b'), 'c'], [0, ...long('a'), 'd'])).toBeUndefined();
  });
});

describe('RouteTree', () => {
  it('finds exactly the templates that share a path and are tried first', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(template$, { maxLength: 12, selector: ({ text }) => text.replaceAll(/\{[^}]*\}$|\{p[^}]*\}/g, '{}') }),
        (list) => {
          const sorted = list.toSorted((a, b) => compareTemplates(a.segments, b.segments));
          const tree = new RouteTree(sorted, ({ segments }) => segments);
          for (const leaf of tree.leaves) {
            const [subject] = leaf.members;
            if (subject === undefined) continue;
            const found = tree.before(leaf, { steps: 100_000 }).flatMap(({ members }) => members.map(({ text }) => text));
            const expected = sorted.filter(
              (one) =>
                one !== subject && compareTemplates(one.segments, subject.segments) < 0 && witness(one, subject) !== undefined,
            );
            expect(found.toSorted()).toEqual(expected.map(({ text }) => text).toSorted());
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('the router', () => {
  it('answers what two templates share by the one that compares as the first', async () => {
    const pairs = fc.sample(fc.tuple(template$, template$), { numRuns: 150, seed: 7 });
    for (const [a, b] of pairs) {
      const path = witness(a, b);
      const order = compareTemplates(a.segments, b.segments);
      if (path === undefined || order === 0) continue;
      const routes = [a, b].map(({ text, segments, names }) => ({
        ...route('GET /'),
        id: text,
        segments,
        parameterNames: names,
      }));
      const decision = decide(await routerOf(routes), routes, { method: 'GET', target: path });
      expect(decision.split(' ')[0]).toBe(order < 0 ? a.text : b.text);
    }
  });
});
