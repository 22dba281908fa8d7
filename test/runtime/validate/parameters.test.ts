import { describe, expect, it } from 'vitest';
import { type ValidatedOperation, type ValidationValues, validated } from '../../support/validation.ts';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly [key: string]: unknown;
}

function operation(
  parameters: readonly Parameter[],
  values: Partial<ValidationValues> = {},
  more: object = {},
): Promise<ValidatedOperation> {
  const names = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `/{${name}}`);
  return validated(
    { openapi: '3.1.0', info: {}, ...more, paths: { [names.join('') || '/']: { get: { parameters, responses: {} } } } },
    values,
  );
}

function query(schema: object, more: object = {}): Promise<ValidatedOperation> {
  return operation([{ name: 'q', in: 'query', schema, ...more }]);
}

async function statuses(of: ValidatedOperation, queries: readonly string[]): Promise<number[]> {
  return Promise.all(queries.map(async (text) => (await of.call({ query: text })).status));
}

describe('parameters', () => {
  it('tells all that is wrong, and no values', async () => {
    const of = await operation([
      { name: 'id', in: 'path', required: true, schema: { type: 'integer' } },
      { name: 'limit', in: 'query', schema: { type: 'integer', maximum: 100 } },
      { name: 'X-Mode', in: 'header', required: true, schema: { type: 'string', enum: ['a'] } },
      { name: 'c', in: 'cookie', schema: { type: 'string', pattern: '^x' } },
    ]);
    const outcome = await of.call({ path: ['secret1'], query: 'limit=777', headers: { cookie: 'c=secret2' } });
    expect(outcome.status).toBe(400);
    expect(outcome.errors).toEqual([
      { in: 'path', pointer: '#', name: 'id', keyword: 'type', message: 'is not of type integer' },
      { in: 'query', pointer: '#', name: 'limit', keyword: 'maximum', message: 'is more than 100' },
      { in: 'header', pointer: '#', name: 'x-mode', keyword: 'required', message: 'is missing' },
      { in: 'cookie', pointer: '#', name: 'c', keyword: 'pattern', message: 'does not match the pattern' },
    ]);
    expect(JSON.stringify(outcome.reply)).not.toMatch(/secret|777/);
  });

  it('tells twenty errors at most', async () => {
    const of = await operation(
      Array.from({ length: 30 }, (_, i) => ({ name: `p${i}`, in: 'query', required: true, schema: { type: 'string' } })),
    );
    expect((await of.call({})).errors).toHaveLength(20);
  });

  it('reads integers by a strict grammar (VA-3)', async () => {
    const of = await query({ type: 'integer' });
    expect(
      await statuses(of, ['q=1', 'q=-7', 'q=0', 'q=1e3', 'q=0x10', 'q=%201', 'q=%2B1', 'q=+1', 'q=01', 'q=1.0', 'q=']),
    ).toEqual([200, 200, 200, 400, 400, 400, 400, 400, 400, 400, 400]);
  });

  it('reads booleans and numbers strictly', async () => {
    expect(await statuses(await query({ type: 'boolean' }), ['q=true', 'q=false', 'q=True', 'q=1', 'q='])).toEqual([
      200, 200, 400, 400, 400,
    ]);
    const number = await query({ type: 'number' });
    expect(await statuses(number, ['q=1.5', 'q=1e3', 'q=-0.1', 'q=.5', 'q=NaN', 'q=1e999', 'q=Infinity'])).toEqual([
      200, 200, 200, 400, 400, 400, 400,
    ]);
  });

  it('compares integers beyond 2^53 exactly', async () => {
    const int64 = await query({ type: 'integer', format: 'int64' });
    const texts = [
      '9223372036854775807',
      '9223372036854775808',
      '-9223372036854775808',
      '-9223372036854775809',
      '9'.repeat(5000),
    ];
    expect(
      await statuses(
        int64,
        texts.map((text) => `q=${text}`),
      ),
    ).toEqual([200, 400, 200, 400, 400]);
    const bounded = await query({ type: 'integer', maximum: 9007199254740991 });
    expect(await statuses(bounded, ['q=9007199254740991', 'q=9007199254740992', 'q=9007199254740993'])).toEqual([200, 400, 400]);
  });

  it('distinguishes absent from empty (VA-2)', async () => {
    const optional = await query({ type: 'string', minLength: 1 });
    expect(await statuses(optional, ['', 'q=', 'q', 'q=a'])).toEqual([200, 400, 400, 200]);
    const required = await query({ type: 'string' }, { required: true });
    expect(await statuses(required, ['', 'q=', 'q', 'r=1'])).toEqual([400, 200, 200, 400]);
    const flag = await query({ type: 'integer' }, { allowEmptyValue: true });
    expect(await statuses(flag, ['q=', 'q', 'q=1', 'q=x'])).toEqual([200, 200, 200, 400]);
  });

  it('refuses a repeated parameter that is no array', async () => {
    const of = await query({ type: 'string' });
    expect((await of.call({ query: 'q=a&q=a' })).errors).toMatchObject([{ keyword: 'duplicate' }]);
    expect(await statuses(of, ['q=a&%71=b', 'q=a&Q=b'])).toEqual([400, 200]);
  });

  it('takes a single value as an array of one', async () => {
    const of = await query({ type: 'array', items: { type: 'integer' }, minItems: 1, maxItems: 2 });
    expect(await statuses(of, ['q=1', 'q=1&q=2', 'q=1&q=2&q=3', 'q=x', 'q='])).toEqual([200, 200, 400, 400, 400]);
  });

  it('decodes once, after splitting', async () => {
    const list = await query({ type: 'array', items: { type: 'string', enum: ['a,b', 'c d', '%2C'] } }, { explode: false });
    expect(await statuses(list, ['q=a%2Cb,c%20d', 'q=a%2Cb,c+d', 'q=a,b', 'q=%252C'])).toEqual([200, 200, 400, 200]);
  });

  it('reads + as a space in queries and nowhere else', async () => {
    const schema = { type: 'string', enum: ['a+b'] };
    const of = await operation([
      { name: 'p', in: 'path', required: true, schema },
      { name: 'q', in: 'query', schema },
      { name: 'h', in: 'header', schema },
    ]);
    expect(await of.call({ path: ['a+b'], query: 'q=a%2Bb', headers: { h: 'a+b' } })).toMatchObject({ status: 200 });
    expect((await of.call({ path: ['a+b'], query: 'q=a+b' })).errors).toMatchObject([{ in: 'query' }]);
  });

  it.each(['q=%', 'q=%zz', 'q=%ff', 'q=%c0%80', 'q=%ed%a0%80'])('refuses the broken escape of %s', async (text) => {
    expect((await (await query({ type: 'string' })).call({ query: text })).errors).toMatchObject([{ keyword: 'syntax' }]);
  });

  it('handles unknown query parameters as asked', async () => {
    const parameters = [{ name: 'a', in: 'query', schema: { type: 'string' } }];
    const apiKey = { components: { securitySchemes: { k: { type: 'apiKey', in: 'query', name: 'key' } } } };
    const text = 'a=1&x=%20&key=k&y';
    expect(await (await operation(parameters, { unknownQuery: 'allow' }, apiKey)).call({ query: text })).toMatchObject({
      status: 200,
      query: text,
    });
    expect(await (await operation(parameters, { unknownQuery: 'strip' }, apiKey)).call({ query: text })).toMatchObject({
      status: 200,
      query: 'a=1&key=k',
    });
    const rejected = await (await operation(parameters, { unknownQuery: 'reject' }, apiKey)).call({ query: text });
    expect(rejected.errors).toEqual([
      { in: 'query', pointer: '#', keyword: 'unknown', message: '2 parameters are not declared' },
    ]);
    expect(await statuses(await operation([], { unknownQuery: 'reject' }), ['', 'x=1'])).toEqual([200, 400]);
  });

  it('counts the properties of exploded and deep objects as known', async () => {
    const schema = { type: 'object', properties: { r: { type: 'integer' } } };
    const of = await operation(
      [
        { name: 'form', in: 'query', schema },
        { name: 'deep', in: 'query', style: 'deepObject', schema },
      ],
      { unknownQuery: 'reject' },
    );
    expect(await statuses(of, ['r=1&deep[r]=2', 'r=x', 'deep[r]=x', 'deep%5Br%5D=3', 's=1'])).toEqual([200, 400, 400, 200, 400]);
  });

  it('reads a free-form object from all that nobody else declares', async () => {
    const of = await operation([
      { name: 'filter', in: 'query', schema: { type: 'object', additionalProperties: { type: 'integer' } } },
      { name: 'name', in: 'query', schema: { type: 'string' } },
    ]);
    expect(await statuses(of, ['a=1&b=2&name=x', 'a=x', 'name=x'])).toEqual([200, 400, 200]);
  });

  it('tries each form that a schema accepts', async () => {
    const of = await query({
      anyOf: [
        { type: 'string', pattern: '^[a-z]+$' },
        { type: 'array', items: { type: 'integer' }, minItems: 2 },
      ],
    });
    expect(await statuses(of, ['q=abc', 'q=1&q=2', 'q=1', 'q=ABC'])).toEqual([200, 200, 400, 400]);
    const mixed = await query({ oneOf: [{ type: 'integer' }, { type: 'string', enum: ['12a', '007'] }] });
    expect(await statuses(mixed, ['q=5', 'q=12a', 'q=007', 'q=x'])).toEqual([200, 200, 200, 400]);
  });

  it('infers types through references, enumerations and null', async () => {
    const of = await validated({
      openapi: '3.1.0',
      info: {},
      components: {
        schemas: {
          Page: { allOf: [{ $ref: '#/components/schemas/Base' }, { maximum: 9 }] },
          Base: { type: ['integer', 'null'] },
        },
      },
      paths: {
        '/': {
          get: {
            parameters: [
              { name: 'q', in: 'query', schema: { $ref: '#/components/schemas/Page' } },
              { name: 'e', in: 'query', schema: { enum: [1, 2] } },
            ],
            responses: {},
          },
        },
      },
    });
    expect(await statuses(of, ['q=3', 'q=10', 'q=null', 'q=x', 'e=1', 'e=3'])).toEqual([200, 400, 200, 400, 200, 400]);
  });

  it('reads JSON in a parameter with content', async () => {
    const of = await operation([
      { name: 'q', in: 'query', content: { 'application/json': { schema: { type: 'object', required: ['a'] } } } },
    ]);
    expect(await statuses(of, ['q=%7B%22a%22:1%7D', 'q={}', 'q={', 'q={"a":1,"a":2}'])).toEqual([200, 400, 400, 400]);
  });

  it('reads the whole query (3.2)', async () => {
    const whole = (type: string) => ({
      name: 'w',
      in: 'querystring',
      content: { [type]: { schema: { type: 'object', required: ['a'], properties: { a: { type: 'integer' } } } } },
    });
    const document = (type: string) => ({
      openapi: '3.2.0',
      info: {},
      paths: { '/': { get: { parameters: [whole(type)], responses: {} } } },
    });
    expect(await statuses(await validated(document('application/x-www-form-urlencoded')), ['a=1&b=2', 'a=x', 'b=2'])).toEqual([
      200, 400, 400,
    ]);
    expect(await statuses(await validated(document('application/json')), ['%7B%22a%22%3A1%7D', '%7B%7D'])).toEqual([200, 400]);
  });

  it('notes instead of refusing in mode report', async () => {
    const of = await operation([{ name: 'q', in: 'query', schema: { type: 'integer' } }], { request: 'report' });
    expect(await of.call({ query: 'q=x' })).toMatchObject({ status: 200, notes: ['validation: query q # type'] });
  });

  it('does nothing in mode none', async () => {
    expect((await operation([{ name: 'q', in: 'query', schema: { type: 'integer' } }], { request: 'none' })).policies).toEqual(
      [],
    );
  });

  it('has no policy for a path parameter that takes any text', async () => {
    expect((await operation([{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }])).policies).toEqual([]);
  });

  it('leaves Accept, Content-Type and Authorization to other keywords', async () => {
    const schema = { type: 'integer' };
    const names = ['Accept', 'Content-Type', 'Authorization'];
    expect((await operation(names.map((name) => ({ name, in: 'header', required: true, schema })))).policies).toEqual([]);
  });

  it('keeps nothing of one request for the next', async () => {
    const of = await operation([{ name: 'q', in: 'query', required: true, schema: { type: 'string' } }], {
      unknownQuery: 'strip',
    });
    expect(await of.call({ query: 'q=1&x=1' })).toMatchObject({ status: 200, query: 'q=1' });
    expect(await of.call({ query: 'x=2' })).toMatchObject({ status: 400 });
    expect(await of.call({ query: 'q=3' })).toMatchObject({ status: 200, query: 'q=3' });
  });

  it('survives names of prototypes', async () => {
    const of = await operation([
      { name: 'f', in: 'query', schema: { type: 'object', additionalProperties: { type: 'string' } } },
    ]);
    expect(await statuses(of, ['__proto__=1&constructor=2', '__proto__[x]=1', 'toString=1'])).toEqual([200, 200, 200]);
  });
});
