import { describe, expect, it } from 'vitest';
import { diffedDocuments, document, idsOf, operation } from '../../../support/diffed.ts';

/** A document that takes the first of these components. */
function taking(schemas: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const [first = ''] = Object.keys(schemas);
  const content = { 'application/json': { schema: ref(first) } };
  return document({ '/a': { post: operation({ requestBody: { content } }) } }, { components: { schemas } });
}

function ref(name: string): unknown {
  return { $ref: `#/components/schemas/${name}` };
}

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => `S${n}`);

/** Choices of choices: two ways at each of so many levels. */
function doubled(levels: number, keyword: 'oneOf' | 'allOf', type: string): Readonly<Record<string, unknown>> {
  const all = names(levels).map((name, n): readonly [string, unknown] => {
    const next = n + 1 < levels ? ref(`S${n + 1}`) : { type: 'object', properties: { leaf: { type } } };
    return [name, { [keyword]: [next, { type: 'object', properties: { k: next } }, next] }];
  });
  return Object.fromEntries(all);
}

/** Every schema refers to all of them. */
function mesh(count: number, type: string, more: (n: number) => unknown = () => ({})): Readonly<Record<string, unknown>> {
  const all = names(count);
  const of = (n: number): readonly [string, unknown][] => all.map((_, k) => [`p${k}`, ref(`S${(n + k) % count}`)]);
  return Object.fromEntries(
    all.map((name, n) => [
      name,
      { type: 'object', properties: Object.fromEntries([...of(n), ['v', { type }]]), ...Object(more(n)) },
    ]),
  );
}

// Without memory each of these takes longer than any test may.
describe('schemas that are made to take long', () => {
  it.each(['oneOf', 'allOf'] as const)('%s within itself, many times', (keyword) => {
    const { changes } = diffedDocuments(taking(doubled(40, keyword, 'string')), taking(doubled(40, keyword, 'integer')));
    expect(changes.map(({ verdict }) => verdict)).toContain('breaking');
  });

  it('schemas that all refer to each other', () => {
    const report = diffedDocuments(taking(mesh(40, 'string')), taking(mesh(40, 'integer')));
    expect(idsOf(report)).toEqual(['request-property-type-changed']);
    expect(report.changes).toHaveLength(40);
  });

  it('combinations without end are refused, not passed', () => {
    const orNext = (n: number) => (n % 3 === 0 ? { anyOf: [ref(`S${(n + 1) % 32}`), { type: 'null' }] } : {});
    expect(() => diffedDocuments(taking(mesh(32, 'string', orNext)), taking(mesh(32, 'integer', orNext)))).toThrow(
      'combines its schemas in too many ways to be compared',
    );
    expect(diffedDocuments(taking(mesh(32, 'string', orNext)), taking(mesh(32, 'string', orNext))).changes).toEqual([]);
  });

  it('recursive ones on both sides, through each other', () => {
    const tree = (type: string, back: string) => ({
      Tree: { type: 'object', properties: { kids: { type: 'array', items: ref('Twig') } } },
      Twig: { type: 'object', properties: { up: ref(back), name: { type } } },
    });
    expect(idsOf(diffedDocuments(taking(tree('string', 'Tree')), taking(tree('integer', 'Twig'))))).toContain(
      'request-property-type-changed',
    );
  });
});
