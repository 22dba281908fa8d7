import { describe, expect, it } from 'vitest';
import { writeMerged } from '../../../cli/merge/write.ts';
import { mergedOf } from '../../support/merged.ts';

const fine = { responses: { 200: { description: 'Fine' } } };
const schemaOf = (schema: unknown) => ({
  responses: { 200: { description: 'Fine', content: { 'application/json': { schema } } } },
});
const ref = (name: string, section = 'schemas') => ({ $ref: `#/components/${section}/${name}` });

function documentOf(paths: unknown, more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return { openapi: '3.1.1', info: { title: 'One', version: '7' }, paths, ...more };
}

function full(files: Readonly<Record<string, unknown>>, entries: readonly string[] = Object.keys(files)): unknown {
  return writeMerged(mergedOf(files, { entries }), { publicOnly: false });
}

function published(files: Readonly<Record<string, unknown>>): unknown {
  return writeMerged(mergedOf(files), { publicOnly: true });
}

const owned = (owner: string) => ({ 'x-gateway': { owner } });

describe('the line of OpenAPI', () => {
  const simple = (openapi: string, paths: unknown = {}) => ({ openapi, info: { title: 'T', version: '1' }, paths });

  it.each([
    [['3.0.0', '3.0.3'], '3.0.4'],
    [['3.0.0', '3.1.0'], '3.1.1'],
    [['3.0.0', '3.2.0'], '3.1.1'],
  ])('of %s is %s', (versions, expected) => {
    expect(full(Object.fromEntries(versions.map((version, i) => [`${i}.json`, simple(version)])))).toMatchObject({
      openapi: expected,
    });
  });

  it.each([
    ['a QUERY', { '/a': { query: fine } }],
    ['another method', { '/a': { additionalOperations: { LINK: fine } } }],
    ['a query string', { '/a': { get: { ...fine, parameters: [{ name: 'q', in: 'querystring', content: {} }] } } }],
    ['a response without words', { '/a': { get: { responses: { 200: { summary: 'Fine' } } } } }],
  ])('is 3.2 for %s', (_what, paths) => {
    expect(full({ 'a.json': simple('3.2.0', paths), 'b.json': simple('3.0.0') })).toMatchObject({ openapi: '3.2.0' });
  });

  it('rewrites schemas of 3.0 where another document follows 3.1', () => {
    const schemas = {
      Plain: { type: 'string', nullable: true, enum: ['a'] },
      Bound: { type: 'integer', minimum: 1, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false },
      Either: { nullable: true, description: 'Words', oneOf: [ref('Plain'), ref('Bound')] },
      Ignored: { $ref: '#/components/schemas/Plain', nullable: true },
    };
    const files = { 'a.json': { ...simple('3.0.3'), components: { schemas } }, 'b.json': simple('3.1.0') };
    expect(full(files)).toMatchObject({
      components: {
        schemas: {
          Plain: { type: ['string', 'null'], enum: ['a', null] },
          Bound: { type: 'integer', exclusiveMinimum: 1, maximum: 9 },
          Either: { anyOf: [{ description: 'Words', oneOf: [ref('Plain'), ref('Bound')] }, { type: 'null' }] },
          Ignored: { $ref: '#/components/schemas/Plain' },
        },
      },
    });
    expect(JSON.stringify(full(files))).not.toContain('nullable');
  });
});

describe('components', () => {
  const using = (owner: string, schemas: unknown) =>
    documentOf({ [`/${owner}`]: { get: schemaOf(ref('Order')) } }, { components: { schemas }, ...owned(owner) });

  it('are written once where they say the same, whatever their words and what their references are called', () => {
    const document = full({
      'a.json': using('team-a', {
        Order: { type: 'object', description: 'One', properties: { item: ref('Item') } },
        Item: { type: 'string' },
      }),
      'b.json': using('team-b', { Order: { properties: { item: ref('Thing') }, type: 'object' }, Thing: { type: 'string' } }),
    });
    expect(document).toMatchObject({
      components: { schemas: { Order: { description: 'One', properties: { item: ref('Item') } }, Item: {}, Thing: {} } },
      paths: { '/team-b': { get: schemaOf(ref('Order')) } },
    });
  });

  it('are both kept and prefixed where they differ, also only in what they refer to', () => {
    const order = { type: 'object', properties: { item: ref('Item'), self: ref('Order') } };
    const document = full({
      'b.json': using('team-b', { Order: order, Item: { type: 'integer' } }),
      'a.json': using('team-a', { Order: order, Item: { type: 'string' } }),
    });
    expect(document).toMatchObject({
      paths: { '/team-a': { get: schemaOf(ref('TeamA_Order')) }, '/team-b': { get: schemaOf(ref('TeamB_Order')) } },
      components: {
        schemas: {
          TeamA_Item: { type: 'string' },
          TeamB_Item: { type: 'integer' },
          TeamA_Order: { properties: { item: ref('TeamA_Item'), self: ref('TeamA_Order') } },
          TeamB_Order: { properties: { item: ref('TeamB_Item'), self: ref('TeamB_Order') } },
        },
      },
    });
  });

  it('keep the values of discriminators when schemas are renamed', () => {
    const pets = (type: string) => ({
      Order: {
        oneOf: [ref('Cat'), ref('Dog')],
        discriminator: { propertyName: 'kind', mapping: { cat: 'Cat', dog: '#/components/schemas/Dog' } },
      },
      Implicit: { oneOf: [ref('Cat'), ref('Dog')], discriminator: { propertyName: 'kind' } },
      Base: { type: 'object', discriminator: { propertyName: 'kind' }, properties: { kind: { type } } },
      Child: { allOf: [ref('Base')] },
      Cat: { type: 'object', properties: { kind: { type } } },
      Dog: { type: 'object' },
    });
    expect(full({ 'a.json': using('team-a', pets('string')), 'b.json': using('team-b', pets('number')) })).toMatchObject({
      components: {
        schemas: {
          Dog: {},
          TeamA_Order: { discriminator: { mapping: { cat: '#/components/schemas/TeamA_Cat', dog: '#/components/schemas/Dog' } } },
          TeamB_Implicit: {
            discriminator: { mapping: { Cat: '#/components/schemas/TeamB_Cat', Dog: '#/components/schemas/Dog' } },
          },
          TeamB_Base: { discriminator: { mapping: { Child: '#/components/schemas/TeamB_Child' } } },
        },
      },
    });
  });

  it('take in what stands in other files, under the names that documents give them', () => {
    const document = full(
      {
        'openapi.json': documentOf(
          { '/a': { $ref: 'paths/a.json' } },
          { components: { schemas: { Order: { $ref: 'schemas/order-v2.json' } }, responses: { $ref: 'responses.json' } } },
        ),
        'paths/a.json': {
          get: { responses: { 200: ref('Fine', 'responses') } },
          put: schemaOf({ $ref: '../schemas/order-v2.json#/properties/item' }),
        },
        'responses.json': {
          Fine: { description: 'Fine', content: { 'application/json': { schema: { $ref: './schemas/order-v2.json' } } } },
        },
        'schemas/order-v2.json': {
          type: 'object',
          properties: { item: { type: 'string' }, next: { $ref: '#' }, line: { $ref: 'line.json' } },
        },
        'schemas/line.json': { type: 'array', items: { $ref: 'order-v2.json' } },
      },
      ['openapi.json'],
    );
    expect(document).toMatchObject({
      paths: { '/a': { put: schemaOf(ref('item')) } },
      components: {
        schemas: {
          Order: { properties: { item: { type: 'string' }, next: ref('Order'), line: ref('line') } },
          item: { type: 'string' },
          line: { items: ref('Order') },
        },
      },
    });
    expect(JSON.stringify(document)).not.toContain('.json#');
  });

  it('leave references in data as they are', () => {
    const data = { $ref: './secret.json', deep: [{ $ref: '#/nowhere' }] };
    const schema = {
      type: 'object',
      default: data,
      enum: [data],
      const: data,
      examples: [data],
      'x-foreign': data,
      properties: { $ref: { type: 'string' } },
    };
    expect(full({ 'a.json': documentOf({ '/a': { get: schemaOf(schema) } }) })).toMatchObject({
      paths: { '/a': { get: schemaOf(schema) } },
    });
  });
});

describe('what is published', () => {
  const secret = 'internal.example';
  const everywhere = documentOf(
    {
      '/listed': {
        servers: [{ url: `http://${secret}/p` }],
        'x-amazon-integration': { uri: secret },
        get: {
          ...schemaOf(ref('Listed')),
          servers: [{ url: `http://${secret}/o` }],
          'x-gateway': { upstream: { url: `http://${secret}` } },
          'x-codeSamples': [{ lang: 'js' }],
          tags: ['shown'],
          security: [{ key: [] }],
        },
      },
      '/unlisted': { get: { ...schemaOf(ref('Hidden')), tags: ['hidden'], 'x-gateway': { visibility: 'unlisted' } } },
      '/disabled': { get: { ...schemaOf(ref('Gone')), 'x-gateway': { visibility: 'disabled' } } },
    },
    {
      servers: [{ url: `http://${secret}/r` }],
      tags: [{ name: 'shown' }, { name: 'hidden', description: 'Our plans' }],
      'x-gateway': { upstream: { url: `http://${secret}` } },
      components: {
        schemas: { Listed: { type: 'string', 'x-internal': secret }, Hidden: {}, Gone: {} },
        securitySchemes: {
          key: { type: 'apiKey', in: 'header', name: 'k', 'x-gateway': { type: 'apiKey', keys: secret } },
          other: { type: 'http', scheme: 'basic' },
        },
      },
    },
  );

  it('holds what is listed and what that reaches, and nothing of how it is run', () => {
    const text = JSON.stringify(published({ 'a.json': everywhere }));
    expect(text).not.toContain(secret);
    expect(text).not.toMatch(/x-gateway|Hidden|hidden|Gone|disabled|other/);
    expect(text).toContain('x-codeSamples');
    expect(JSON.parse(text)).toMatchObject({
      info: { title: 'One', version: '7' },
      tags: [{ name: 'shown' }],
      components: { schemas: { Listed: {} }, securitySchemes: { key: {} } },
    });
  });

  it('has all operations and components in the merged document, without servers and bindings', () => {
    const text = JSON.stringify(full({ 'a.json': everywhere }));
    expect(text).toMatch(/"Hidden":\{\}.*"Listed"/);
    expect(text).toContain('/unlisted');
    expect(text).not.toMatch(/x-gateway|http:\/\/internal/);
  });

  it('follows links to operations under their published names, and drops others', () => {
    const links = {
      named: { operationId: 'list' },
      pointed: { operationRef: '#/paths/~1plain/get' },
      hidden: { operationId: 'secretOne' },
      elsewhere: { operationRef: 'https://other.example/x' },
    };
    const one = documentOf(
      {
        '/a': { get: { operationId: 'list', responses: { 200: { description: '', links } } } },
        '/plain': { get: fine },
        '/s': { get: { ...fine, operationId: 'secretOne', 'x-gateway': { visibility: 'unlisted' } } },
      },
      { servers: [{ url: '/v1' }], ...owned('team-a') },
    );
    expect(
      published({ 'a.json': one, 'b.json': documentOf({ '/b': { get: { ...fine, operationId: 'list' } } }, owned('team-b')) }),
    ).toMatchObject({
      paths: {
        '/v1/a': {
          get: {
            operationId: 'team-a.list',
            responses: {
              200: {
                description: '',
                links: { named: { operationId: 'team-a.list' }, pointed: { operationRef: '#/paths/~1v1~1plain/get' } },
              },
            },
          },
        },
        '/b': { get: { operationId: 'team-b.list' } },
      },
    });
    expect(JSON.stringify(published({ 'a.json': one }))).not.toContain('secretOne');
  });
});

it('writes paths that differ in names of parameters as one, under one name', () => {
  const parameters = (name: string) => [{ name, in: 'path', required: true, schema: { type: 'string' } }];
  const document = full({
    'a.json': documentOf({ '/x/{id}': { parameters: parameters('id'), get: fine } }),
    'b.json': documentOf(
      { '/x/{other}': { delete: { ...fine, parameters: [ref('Other', 'parameters'), { name: 'other', in: 'query' }] } } },
      { components: { parameters: { Other: parameters('other')[0] } } },
    ),
  });
  expect(document).toMatchObject({
    paths: {
      '/x/{id}': {
        get: { parameters: parameters('id') },
        delete: { parameters: [...parameters('id'), { name: 'other', in: 'query' }] },
      },
    },
  });
});

it('names security schemes of one name and other meaning apart, in requirements too', () => {
  const of = (owner: string, scheme: unknown) =>
    documentOf(
      { [`/${owner}`]: { get: fine } },
      { security: [{ key: [], unknown: ['s'] }, {}], components: { securitySchemes: { key: scheme } }, ...owned(owner) },
    );
  expect(
    full({
      'a.json': of('team-a', { type: 'http', scheme: 'basic' }),
      'b.json': of('team-b', { type: 'apiKey', in: 'query', name: 'k' }),
    }),
  ).toMatchObject({
    paths: {
      '/team-a': { get: { security: [{ TeamA_key: [], unknown: ['s'] }, {}] } },
      '/team-b': { get: { security: [{ TeamB_key: [], unknown: ['s'] }, {}] } },
    },
    components: { securitySchemes: { TeamA_key: { type: 'http' }, TeamB_key: { type: 'apiKey' } } },
  });
});

it('ends with references that go in circles, and with deep schemas', () => {
  const deep = Array.from({ length: 900 }).reduce<unknown>((inner) => ({ type: 'array', items: inner }), { type: 'string' });
  const schemas = { A: ref('B'), B: ref('A'), Deep: deep, Self: { allOf: [ref('Self')] } };
  const chain = Object.fromEntries(
    Array.from({ length: 2_000 }, (_, i) => [`C${i}`, { type: 'array', items: ref(`C${i + 1}`) }]),
  );
  const of = (end: string) =>
    documentOf(
      { '/a': { get: schemaOf(ref('A')) } },
      { components: { schemas: { ...schemas, ...chain, C2000: { type: end } } } },
    );
  const document = full({ 'a.json': of('string'), 'b.json': { ...of('integer'), paths: {} } });
  expect(
    Object.keys(
      document instanceof Object && 'components' in document ? Object(Reflect.get(Object(document.components), 'schemas')) : {},
    ).length,
  ).toBeGreaterThan(4_000);
});
