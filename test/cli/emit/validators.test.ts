import { describe, expect, it } from 'vitest';
import { emitValidators } from '../../../cli/emit/validators.ts';
import type { Json, SchemaPlan } from '../../../cli/plan/ir.ts';
import { compileSchemas, documentOf, loadValidators, routeWith } from '../../support/schemas.ts';

function plan(schemas: Readonly<Record<string, Json>>, used: readonly string[] = Object.keys(schemas)) {
  const entries = Object.entries(schemas).map(
    ([id, schema]): SchemaPlan => ({ id, title: id, schema, origin: { level: 'openapi', pointer: `/${id}` } }),
  );
  const options = { content: used.map((schema) => ({ schema })) };
  return {
    schemas: entries,
    routes: [routeWith([{ key: 'validation.request', stage: 'body', module: 'validate/body', factory: 'body', options }])],
  };
}

async function verdicts(schema: unknown, values: readonly unknown[], openapi = '3.1.0'): Promise<boolean[]> {
  const document = documentOf({ openapi, schema });
  const { validators, diagnostics } = await compileSchemas(
    [{ document, pointer: '/schema', value: schema }],
    openapi.startsWith('3.0') ? '3.0' : '3.1',
  );
  expect(diagnostics).toEqual([]);
  return values.map((value) => validators[0]?.(value) === true);
}

function escaped(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}/]/g, '\\$&');
}

describe('emitValidators', () => {
  it('is the same text each time', () => {
    const one = plan({ s1: { type: 'object', properties: { a: { $ref: 'gw:s2' } } }, s2: { format: 'date', enum: [{ a: 1 }] } });
    expect(emitValidators(one)).toEqual(emitValidators(one));
  });

  it('compiles equal schemas once, recursion included', () => {
    const { code } = emitValidators(
      plan({
        s1: { items: { $ref: 'gw:s1' } },
        s2: { items: { $ref: 'gw:s3' } },
        s3: { items: { $ref: 'gw:s2' } },
        s4: { items: { type: 'string' } },
      }),
    );
    expect(code.match(/function s\d+\(/g)).toEqual(['function s1(', 'function s4(']);
    expect(code).toContain('{ __proto__: null, s1: bounded(s1), s2: bounded(s1), s3: bounded(s1), s4: s4 }');
  });

  it('exports what routes use, and imports what is called', () => {
    const { code } = emitValidators(plan({ s1: { $ref: 'gw:s2' }, s2: { type: 'string', format: 'uuid' } }, ['s1']));
    expect(code).toContain('{ __proto__: null, s1: s1 }');
    expect(code).toContain('import { isUuid } from "gw-runtime/validate/formats";');
    expect(code).not.toContain('require(');
  });

  it('says which schema cannot be compiled, and accepts nothing by it', async () => {
    const { code, diagnostics } = emitValidators(plan({ s1: { type: 'unheard' }, s2: { type: 'string' }, s3: { enum: [] } }));
    expect(diagnostics).toMatchObject([
      { rule: 'gateway/schema-uncompilable', at: { pointer: '/s1' } },
      { rule: 'gateway/schema-uncompilable', at: { pointer: '/s3' } },
    ]);
    const validators = await loadValidators(code);
    expect(['s1', 's2'].map((id) => validators[id]?.('x'))).toEqual([false, true]);
  });

  it('finds and decides the same without optimizing, where only findings matter', async () => {
    const schemas = { s1: { type: 'unheard' }, s2: { anyOf: [{ type: 'string', minLength: 2 }, { type: 'integer' }] } };
    const fast = emitValidators(plan(schemas), { optimize: false });
    expect(fast.diagnostics).toEqual(emitValidators(plan(schemas)).diagnostics);
    const validators = await loadValidators(fast.code);
    expect(['x', 'xy', 1, 1.5].map((value) => validators.s2?.(value))).toEqual([false, true, true, false]);
  });

  it('keeps texts of documents texts', async () => {
    const names = [
      '"',
      '\\',
      '`${1}',
      '</script>',
      '\u2028',
      'schemaPath:"x",',
      'x,schemaPath:',
      'validate10',
      '{type: schema0}',
      'require("ajv/dist/runtime/equal").default',
      "');throw 1//",
    ];
    for (const name of names) {
      const schema = {
        type: 'object',
        required: [name],
        properties: { [name]: { enum: [name, { [name]: name }] } },
        patternProperties: { [`^${escaped(name)}$`]: {} },
        additionalProperties: false,
      };
      expect(
        await verdicts(schema, [{ [name]: name }, { [name]: { [name]: name } }, { [name]: 'no' }, {}, { other: 1 }]),
      ).toEqual([true, true, false, false, false]);
    }
  });

  it('looks up only own properties where a schema names inherited ones', async () => {
    const schema = { type: 'object', required: ['toString'], properties: { constructor: { type: 'number' } } };
    expect(await verdicts(schema, [{}, { toString: 1 }, { toString: 1, constructor: 'x' }])).toEqual([false, true, false]);
  });

  it('bounds the work of alternatives that refer back to themselves', async () => {
    const branch = (last: unknown) => ({ properties: { child: { $ref: '#/schema' }, last } });
    const schema = { oneOf: [branch({ type: 'string' }), branch({ type: 'integer' })] };
    let value: unknown = { last: true };
    for (let i = 0; i < 60; i++) value = { child: value, last: 'x' };
    expect(await verdicts(schema, [value, { child: { last: 1 }, last: 'x' }])).toEqual([false, true]);
    expect(await verdicts({ not: schema }, [value])).toEqual([false]);
  });

  it('refuses numbers beyond doubles', async () => {
    expect(await verdicts({ type: 'number' }, [1, JSON.parse('1e999')])).toEqual([true, false]);
    expect(await verdicts({ type: 'integer' }, [1.0, 1.5, JSON.parse('1e999')])).toEqual([true, false, false]);
  });
});

describe('discriminators', () => {
  const cat = { type: 'object', required: ['kind'], properties: { kind: { const: 'cat' }, lives: { type: 'integer' } } };
  const dog = { type: 'object', required: ['kind'], properties: { kind: { enum: ['dog', 'puppy'] }, bark: { type: 'string' } } };

  it('goes to the schema of the tag', async () => {
    const schema = { oneOf: [cat, dog], discriminator: { propertyName: 'kind' } };
    expect(
      await verdicts(schema, [
        { kind: 'cat', lives: 9 },
        { kind: 'puppy', bark: 'w' },
        { kind: 'dog', bark: 1 },
        { kind: 'cow' },
        {},
        'cat',
        null,
      ]),
    ).toEqual([true, true, false, false, false, false, false]);
  });

  it('tells schemas apart that only the tag tells apart', async () => {
    const document = documentOf({
      openapi: '3.0.3',
      schema: {
        oneOf: [{ $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' }],
        discriminator: { propertyName: 't', mapping: { a: '#/components/schemas/A', b: 'B' } },
      },
      components: {
        schemas: {
          A: { properties: { t: { type: 'string' }, n: { type: 'integer' } } },
          B: { properties: { t: { type: 'string' }, n: { type: 'string' } } },
        },
      },
    });
    const { validators } = await compileSchemas(
      [{ document, pointer: '/schema', value: (document.value as { schema: unknown }).schema }],
      '3.0',
    );
    const validate = validators[0];
    expect(
      [{ t: 'a', n: 1 }, { t: 'a', n: 'x' }, { t: 'b', n: 'x' }, { t: 'A', n: 1 }, { t: 'c' }].map((value) => validate?.(value)),
    ).toEqual([true, false, true, true, false]);
  });

  it('goes by the names of the components where all share one list of tags', async () => {
    const kind = { type: 'string', enum: ['A', 'B'] };
    const member = (n: string) => ({ type: 'object', required: ['kind'], properties: { kind, n: { type: n } } });
    const verdictsOf = async (tags: readonly string[]): Promise<readonly (boolean | undefined)[]> => {
      const schemas = { A: member('integer'), B: { ...member('string'), properties: { kind: { enum: tags }, n: {} } } };
      const refs = [{ $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' }];
      const schema = { oneOf: refs, discriminator: { propertyName: 'kind' } };
      const document = documentOf({ openapi: '3.1.0', schema, components: { schemas } });
      const { validators } = await compileSchemas([{ document, pointer: '/schema', value: schema }], '3.1');
      return [
        { kind: 'A', n: 1 },
        { kind: 'A', n: 'x' },
        { kind: 'B', n: 1 },
      ].map((value) => validators[0]?.(value));
    };
    expect(await verdictsOf(['B', 'A'])).toEqual([true, false, true]);
    // A tag that is no name belongs to none: the composition stays, and matches twice.
    expect(await verdictsOf(['A', 'B', 'C'])).toEqual([false, true, false]);
  });

  it('leaves other values to the composition', async () => {
    const schema = { anyOf: [cat, dog, { type: 'null' }, { type: 'string' }], discriminator: { propertyName: 'kind' } };
    expect(await verdicts(schema, [null, 'x', 1, { kind: 'cat' }, { kind: 'cow' }])).toEqual([true, true, false, true, false]);
  });

  it('takes the default of 3.2 for tags that are missing or unknown', async () => {
    const schema = {
      $defs: {},
      oneOf: [cat, { type: 'object', required: ['id'], properties: { kind: { enum: ['other'] } } }],
      discriminator: { propertyName: 'kind', defaultMapping: '#/schema/oneOf/1' },
    };
    expect(await verdicts(schema, [{ id: 1 }, {}, { kind: 'cat' }])).toEqual([true, false, true]);
  });

  it('counts what the chosen schema evaluates', async () => {
    const schema = {
      allOf: [{ properties: { id: {} } }],
      oneOf: [cat, dog],
      discriminator: { propertyName: 'kind' },
      unevaluatedProperties: false,
    };
    expect(
      await verdicts(schema, [
        { kind: 'cat', lives: 1, id: 1 },
        { kind: 'cat', bark: 'x' },
        { kind: 'dog', bark: 'x' },
      ]),
    ).toEqual([true, false, true]);
  });
});
