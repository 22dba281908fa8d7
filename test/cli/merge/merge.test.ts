import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeMerged } from '../../../cli/merge/write.ts';
import { findings, mergedOf, team } from '../../support/merged.ts';

const fine = { responses: { 200: { description: 'Fine' } } };
const parameters = (...names: readonly string[]) =>
  names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));

function documentOf(
  paths: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return { openapi: '3.1.1', info: { title: 'One', version: '1' }, paths, ...more };
}

/** A document with a GET for each template. */
function gets(templates: readonly string[], more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  const paths = templates.map((text) => [
    text,
    { get: { ...fine, parameters: parameters(...[...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)) } },
  ]);
  return documentOf(Object.fromEntries(paths), more);
}

const owned = (owner: string) => ({ 'x-gateway': { owner } });

describe('mergeApis', () => {
  it('gives operations with mount, names, conditions and owner, the most specific first', () => {
    const merged = mergedOf({
      'a.json': gets(['/{id}', '/me'], { servers: [{ url: 'https://internal.example/v2/' }], ...owned('team-a') }),
      'b.json': documentOf({
        '/v2/{x}': {
          get: { ...fine, parameters: parameters('x'), 'x-gateway': { match: { query: { b: '1' }, headers: { 'X-A': 'z' } } } },
        },
      }),
    });
    expect(
      merged.operations.map(({ template, parameterNames, conditions, owner }) => ({
        template,
        parameterNames,
        conditions,
        owner,
      })),
    ).toEqual([
      { template: '/v2/me', parameterNames: [], conditions: [], owner: 'team-a' },
      {
        template: '/v2/{x}',
        parameterNames: ['x'],
        conditions: [
          { in: 'header', name: 'x-a', equals: 'z' },
          { in: 'query', name: 'b', equals: '1' },
        ],
        owner: undefined,
      },
      { template: '/v2/{id}', parameterNames: ['id'], conditions: [], owner: 'team-a' },
    ]);
  });

  it('builds neither disabled operations, nor those for other audiences, nor TRACE', () => {
    const get = (gateway: object) => ({ get: { ...fine, 'x-gateway': gateway } });
    const merged = mergedOf(
      {
        'a.json': documentOf({
          '/disabled': get({ visibility: 'disabled' }),
          '/admin': get({ audience: ['admin'] }),
          '/partner': get({ audience: ['admin', 'partner'] }),
          '/all': get({}),
          '/trace': { trace: fine },
        }),
      },
      { config: { serves: ['public', 'partner'] } },
    );
    expect(merged.operations.map(({ template }) => template)).toEqual(['/all', '/partner']);
  });

  it('names both files, both owners and a request for what two teams claim', () => {
    const merged = mergedOf({
      'b.json': gets(['/x/{b}', '/u/me'], owned('team-b')),
      'a.json': gets(['/x/{a}', '/u/{id}'], owned('team-a')),
    });
    expect(findings(merged)).toEqual([
      'error merge/route-conflict GET /x/{b} of team-b (b.json) is a route of team-a (a.json) already: GET /x/x',
      'error merge/route-takeover GET /u/me of team-b (b.json) takes requests from GET /u/{id} of team-a (a.json): GET /u/me',
    ]);
    expect(merged.operations).toHaveLength(3);
  });

  it('takes documents of one team, and those without owners, for what one person decides', () => {
    const paths = [gets(['/u/me']), gets(['/u/{id}'])] as const;
    expect(findings(mergedOf({ 'a.json': paths[0], 'b.json': paths[1] }))).toEqual([
      expect.stringMatching(/^warn merge\/route-takeover/),
    ]);
    const one = mergedOf({ 'a.json': { ...paths[0], ...owned('t') }, 'b.json': { ...paths[1], ...owned('t') } });
    expect(findings(one)).toEqual([expect.stringMatching(/^info route\/overlap/)]);
  });

  it('keeps operations of one path with disjoint methods or different conditions', () => {
    const of = (method: string, gateway: object = {}) => documentOf({ '/x': { [method]: { ...fine, 'x-gateway': gateway } } });
    const merged = mergedOf({
      'a.json': of('get'),
      'b.json': of('put'),
      'c.json': of('get', { match: { headers: { a: '1' } } }),
      'd.json': of('get', { match: { headers: { a: '2' } } }),
    });
    expect(merged.operations).toHaveLength(4);
    expect(findings(merged).filter((text) => text.includes('conflict') || text.includes('ambiguous'))).toEqual([]);
  });

  it('makes shared operationIds unique, whatever else is called so', () => {
    const get = (operationId: string) => ({ get: { ...fine, operationId } });
    const merged = mergedOf({
      'a.json': documentOf({ '/a': get('list'), '/b': get('team-b.list') }, owned('team-a')),
      'b.json': documentOf({ '/c': get('list') }, owned('team-b')),
      'c.json': documentOf({ '/d': get('list') }, owned('team-b')),
    });
    const ids = merged.operations.map(({ operationId }) => operationId);
    expect(ids).toEqual(['team-a.list', 'team-b.list', 'team-b-b.list', 'team-b-c.list']);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('holds teams to their paths', () => {
    const merged = mergedOf(
      {
        'a.json': gets(['/orders', '/orders/{id}/x', '/order', '/{any}'], owned('team-a')),
        'b.json': gets(['/orders/7'], owned('nobody')),
      },
      { config: { mode: 'platform', teams: new Map([['team-a', team('team-a', ['/orders/**'])]]) } },
    );
    expect(findings(merged).filter((text) => text.includes('prefix-ownership'))).toEqual([
      expect.stringContaining('/order of team-a'),
      expect.stringContaining('whose owner nobody is no team'),
      expect.stringContaining('/{any} of team-a'),
    ]);
  });

  it('is quick with ten thousand routes, and says so when templates overlap beyond measure', () => {
    const many = Array.from({ length: 5_000 }, (_, i) => `/t/{tenant}/r${i}/{id}`);
    const fixed = Array.from({ length: 5_000 }, (_, i) => `/t/admin/r${i}/{id}`);
    const merged = mergedOf({ 'a.json': gets([...many, ...fixed]) });
    expect(merged.operations).toHaveLength(10_000);
    expect(merged.diagnostics).toHaveLength(5_000);
    const tangled = [
      ...Array.from({ length: 2_000 }, (_, i) => `/{a}/x${i}/{c}`),
      ...Array.from({ length: 2_000 }, (_, i) => `/y${i}/{b}/{c}`),
    ];
    const found = findings(mergedOf({ 'a.json': gets(tangled) }));
    expect(found.some((text) => text.includes('shares paths with so many templates'))).toBe(true);
  });

  it('survives names that are members of every object', () => {
    const text = JSON.stringify(gets(['/a/{constructor}/{__proto__}'])).replace(
      '"paths"',
      '"components":{"schemas":{"__proto__":{"type":"string"},"constructor":{}}},"paths"',
    );
    const merged = mergedOf({
      'a.json': JSON.parse(text),
      'b.json': JSON.parse(text.replace('"/a/', '"/b/').replace('string"}', 'integer"}')),
    });
    const written = JSON.stringify(writeMerged(merged, { publicOnly: false }));
    expect(written).toContain('A___proto__');
    expect(written).toContain('"/a/{constructor}/{__proto__}"');
  });
});

describe('any order of the documents', () => {
  const segment = fc.constantFrom('a', 'b', '{x}', '{y}', '{z}.json', 'v{n}');
  const path = fc.uniqueArray(segment, { minLength: 1, maxLength: 3 }).map((segments) => `/${segments.join('/')}`);
  const schema = fc.constantFrom(
    { type: 'string' },
    { type: 'string', description: 'Other words' },
    { $ref: '#/components/schemas/B' },
    { type: 'object', properties: { b: { $ref: '#/components/schemas/B' } } },
    { oneOf: [{ $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' }], discriminator: { propertyName: 'k' } },
  );
  const document = fc
    .record({
      openapi: fc.constantFrom('3.0.3', '3.1.1', '3.2.0'),
      info: fc.constant({ title: 'T', version: '1' }),
      owner: fc.constantFrom(undefined, 'team-a', 'team-b'),
      paths: fc.dictionary(path, fc.constantFrom('get', 'put'), { maxKeys: 4, noNullPrototype: true }),
      schemas: fc.record({ A: schema, B: fc.constantFrom({ type: 'string' }, { type: 'integer', nullable: true }), C: schema }),
      tags: fc.constantFrom([], [{ name: 't' }], [{ name: 't', description: 'T' }]),
    })
    .map(({ owner, paths, schemas, ...rest }) => ({
      ...rest,
      ...(owner === undefined ? {} : { 'x-gateway': { owner } }),
      components: { schemas },
      paths: Object.fromEntries(
        Object.entries(paths).map(([text, method]) => [
          text,
          {
            [method]: {
              operationId: method,
              tags: ['t'],
              parameters: parameters(...[...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)),
              responses: {
                200: { description: 'Fine', content: { 'application/json': { schema: { $ref: '#/components/schemas/C' } } } },
              },
            },
          },
        ]),
      ),
    }));
  const farm = fc.array(document, { minLength: 2, maxLength: 4 }).chain((documents) => {
    const files = documents.map((_, i) => `${i}.json`);
    return fc.record({
      files: fc.constant(Object.fromEntries(documents.map((one, i) => [`${i}.json`, one]))),
      entries: fc.shuffledSubarray(files, { minLength: files.length }),
    });
  });

  it('gives the same operations, findings and document', () => {
    fc.assert(
      fc.property(farm, ({ files, entries }) => {
        const [one, other] = [mergedOf(files), mergedOf(files, { entries })];
        expect(findings(other)).toEqual(findings(one));
        const routes = (merged: typeof one) =>
          merged.operations.map(
            (route) => `${route.operationId} ${route.operation.method} ${route.template} ${route.operation.api.document.file}`,
          );
        expect(routes(other)).toEqual(routes(one));
        for (const publicOnly of [false, true]) {
          expect(JSON.stringify(writeMerged(other, { publicOnly }))).toBe(JSON.stringify(writeMerged(one, { publicOnly })));
        }
      }),
      { numRuns: 200 },
    );
  });
});
