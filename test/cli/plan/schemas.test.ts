import { describe, expect, it } from 'vitest';
import type { Json } from '../../../cli/plan/ir.ts';
import { nodeAt } from '../../../cli/plan/schema-references.ts';
import { SchemaPool, type SchemaUse } from '../../../cli/plan/schemas.ts';
import { compileSchemas, documentOf, localResolver } from '../../support/schemas.ts';

function lowered(schemas: Readonly<Record<string, unknown>>, use: Partial<SchemaUse> = {}, openapi = '3.0.3') {
  const document = documentOf({ openapi, components: { schemas } });
  const pool = new SchemaPool(localResolver);
  const [first = ''] = Object.keys(schemas);
  const node = nodeAt(document, `/components/schemas/${first}`);
  if (node === undefined) throw new Error('no schema');
  const schema = pool.lower(node, { version: openapi.startsWith('3.0') ? '3.0' : '3.1', direction: 'request', ...use });
  return { schema, pool, diagnostics: pool.diagnostics };
}

function of30(schema: unknown): Json {
  return lowered({ A: schema, B: { type: 'string' } }).schema;
}

describe('the 3.0 dialect', () => {
  it('leaves out what says nothing about validity', () => {
    expect(
      of30({ type: 'string', title: 't', example: 1, xml: {}, deprecated: true, default: 'x', 'x-a': 1, description: 'd' }),
    ).toEqual({ type: 'string' });
  });

  it.each([
    [{ type: 'string', nullable: true }, { type: ['string', 'null'] }],
    [
      { type: 'string', nullable: true, enum: ['a'] },
      { type: ['string', 'null'], enum: ['a', null] },
    ],
    [{ nullable: true, enum: ['a', null] }, { enum: ['a', null] }],
    [
      { nullable: true, allOf: [{ $ref: '#/components/schemas/B' }] },
      { anyOf: [{ type: 'null' }, { allOf: [{ $ref: 'gw:s1' }] }] },
    ],
    [{ nullable: false, type: 'string' }, { type: 'string' }],
    [{ $ref: '#/components/schemas/B', nullable: true, maxLength: 3 }, { $ref: 'gw:s1' }],
  ])('nullable: %j', (schema, expected) => {
    expect(of30(schema)).toEqual(expected);
  });

  it.each([
    [{ minimum: 1, exclusiveMinimum: true }, { exclusiveMinimum: 1 }],
    [{ minimum: 1, exclusiveMinimum: false }, { minimum: 1 }],
    [
      { maximum: 1, exclusiveMaximum: true, minimum: 0 },
      { exclusiveMaximum: 1, minimum: 0 },
    ],
    [{ exclusiveMaximum: true }, {}],
    [{ exclusiveMaximum: 5 }, { exclusiveMaximum: 5 }],
  ])('limits: %j', (schema, expected) => {
    expect(of30(schema)).toEqual(expected);
  });
});

describe('2020-12', () => {
  it('keeps siblings of a reference, ignores nullable', () => {
    const schemas = { A: { $ref: '#/components/schemas/B', maxLength: 3, nullable: true }, B: { type: 'string' } };
    expect(lowered(schemas, {}, '3.1.0').schema).toEqual({ $ref: 'gw:s1', maxLength: 3 });
  });

  it('keeps siblings along a chain of references', async () => {
    const document = documentOf({
      openapi: '3.1.0',
      components: {
        schemas: {
          A: { $ref: '#/components/schemas/B' },
          B: { $ref: '#/components/schemas/C', minLength: 2 },
          C: { type: 'string' },
        },
      },
    });
    const node = nodeAt(document, '/components/schemas/A');
    const { validators } = await compileSchemas(node === undefined ? [] : [node], '3.1');
    expect(['a', 'ab', 1].map((value) => validators[0]?.(value))).toEqual([false, true, false]);
  });

  it('refuses other dialects', () => {
    expect(lowered({ A: { $schema: 'http://json-schema.org/draft-07/schema#' } }, {}, '3.1.0').diagnostics).toMatchObject([
      { rule: 'gateway/schema-uncompilable', at: { pointer: '/components/schemas/A/$schema' } },
    ]);
    expect(lowered({ A: { $schema: 'https://spec.openapis.org/oas/3.1/dialect/base' } }, {}, '3.1.0').diagnostics).toEqual([]);
  });
});

describe('directions (VA-8)', () => {
  const A = {
    required: ['id', 'secret', 'name', 'kind'],
    properties: { id: { readOnly: true }, secret: { writeOnly: true }, kind: { $ref: '#/components/schemas/Kind' } },
    allOf: [{ required: ['id'] }, { $ref: '#/components/schemas/Base' }],
  };
  const schemas = { A, Kind: { type: 'string', readOnly: true }, Base: { required: ['id', 'base'] } };

  it('does not demand readOnly properties in requests, nor writeOnly ones in answers', () => {
    const request = lowered(schemas);
    expect(request.schema).toMatchObject({ required: ['secret', 'name'], allOf: [{}, { $ref: 'gw:s1' }] });
    expect(request.pool.schema('s1')).toEqual({ required: ['base'] });
    expect(lowered(schemas, { direction: 'response' }).schema).toMatchObject({ required: ['id', 'name', 'kind'] });
  });

  it('refuses readOnly properties in requests, and writeOnly ones nowhere', () => {
    expect(lowered(schemas).schema).toMatchObject({ properties: { id: false, secret: {}, kind: false } });
    const answer = lowered(schemas, { direction: 'response' }).schema;
    expect(answer).toMatchObject({ properties: { id: {}, secret: {}, kind: { $ref: 'gw:s1' } } });
  });

  it('demands them again inside of other values', () => {
    const nested = { A: { required: ['id'], properties: { id: { readOnly: true }, child: { required: ['id'] } } } };
    expect(lowered(nested).schema).toEqual({ properties: { id: false, child: { required: ['id'] } } });
  });
});

describe('the pool', () => {
  it('has one entry for a target, whoever refers to it, and ends recursion there', () => {
    const Tree = {
      type: 'object',
      properties: { left: { $ref: '#/components/schemas/Tree' }, right: { $ref: '#/components/schemas/Tree' } },
    };
    const { pool, schema } = lowered({ A: { items: { $ref: '#/components/schemas/Tree' } }, Tree });
    expect(schema).toEqual({ items: { $ref: 'gw:s1' } });
    expect(pool.plans().map(({ title, schema: entry }) => [title, entry])).toEqual([
      [
        'components/schemas/Tree of test.json',
        { type: 'object', properties: { left: { $ref: 'gw:s1' }, right: { $ref: 'gw:s1' } } },
      ],
    ]);
  });

  it('gives inline schemas of one text one id', () => {
    const document = documentOf({
      openapi: '3.1.0',
      a: { type: 'integer', title: 'one' },
      b: { title: 'other', type: 'integer' },
    });
    const pool = new SchemaPool(localResolver);
    const ids = ['/a', '/b'].map((pointer) =>
      pool.add({ document, pointer, value: nodeAt(document, pointer)?.value }, { version: '3.1', direction: 'request' }),
    );
    expect(ids).toEqual(['s1', 's1']);
  });

  it('divides schemas that are nested deeply', async () => {
    let schema: unknown = { type: 'integer' };
    for (let i = 0; i < 1000; i++) schema = i % 2 === 0 ? { properties: { a: schema } } : { allOf: [schema] };
    const document = documentOf({ openapi: '3.1.0', schema });
    const { validators, diagnostics } = await compileSchemas([{ document, pointer: '/schema', value: schema }], '3.1');
    expect(diagnostics).toEqual([]);
    let value: unknown = 1;
    let wrong: unknown = 'x';
    for (let i = 0; i < 500; i++) [value, wrong] = [{ a: value }, { a: wrong }];
    expect([value, wrong].map((one) => validators[0]?.(one))).toEqual([true, false]);
  });

  it('takes long chains of references', async () => {
    const schemas = Object.fromEntries(
      Array.from({ length: 5000 }, (_, i) => [
        `S${i}`,
        i === 4999 ? { type: 'integer' } : { items: { $ref: `#/components/schemas/S${i + 1}` } },
      ]),
    );
    const document = documentOf({ openapi: '3.1.0', components: { schemas } });
    const node = nodeAt(document, '/components/schemas/S0');
    const { diagnostics, validators } = await compileSchemas(node === undefined ? [] : [node], '3.1');
    expect(diagnostics).toEqual([]);
    expect(validators[0]?.([[[]]])).toBe(true);
  });

  it.each([
    [{ type: 'any' }, 'type'],
    [{ minLength: '3' }, 'minLength'],
    [{ minLength: -1 }, 'minLength'],
    [{ required: true }, 'required'],
    [{ properties: [] }, 'properties'],
    [{ allOf: {} }, 'allOf'],
    [{ multipleOf: 0 }, 'multipleOf'],
    [{ enum: 'a' }, 'enum'],
    [{ properties: { a: 1 } }, 'properties/a'],
    [{ $ref: '#/nowhere' }, '$ref'],
    [{ pattern: '(' }, 'pattern'],
    [{ patternProperties: { '(': {} } }, 'patternProperties/('],
    [{ enum: [{ $ref: 'gw:s1' }] }, 'enum'],
    [JSON.parse('{"properties":{"__proto__":{}}}'), 'properties/__proto__'],
    [{ unevaluatedItems: false, allOf: [{ contains: {} }] }, 'unevaluatedItems'],
  ])('refuses %j at its place', (schema, pointer) => {
    expect(lowered({ A: schema }, {}, '3.1.0').diagnostics).toMatchObject([
      { severity: 'error', at: { file: 'test.json', pointer: `/components/schemas/A/${pointer}` } },
    ]);
  });
});
