import { describe, expect, it } from 'vitest';
import { changesOf, diffedDocuments, document, idsOf, operation } from '../../../support/diffed.ts';

/** A document that takes a schema in, gives it out, or both. */
function taking(schema: unknown, more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return document({ '/a': { post: operation({ requestBody: { content: { 'application/json': { schema } } } }) } }, more);
}

function giving(schema: unknown, more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  const responses = { 200: { description: 'ok', content: { 'application/json': { schema } } } };
  return document({ '/a': { get: { responses } } }, more);
}

const object = (properties: unknown, required: readonly string[] = [], more: object = {}) => ({
  type: 'object',
  properties,
  required,
  ...more,
});

/** `verdict id` of what changes in a request and in a response. */
function judged(before: unknown, after: unknown): { readonly request: readonly string[]; readonly response: readonly string[] } {
  const of = (make: typeof taking) =>
    diffedDocuments(make(before), make(after)).changes.map(({ verdict, id }) => `${verdict} ${id}`);
  return { request: of(taking), response: of(giving) };
}

describe('properties that have names of keywords', () => {
  const names = [
    'items',
    'default',
    'example',
    'enum',
    'const',
    'x-request-id',
    'properties',
    '$ref',
    'additionalProperties',
    'a/b',
    '*',
  ];

  it.each(names)('%s: what it refers to is compared, and named as it is', (name) => {
    const one = object({ [name]: { type: 'array', items: { $ref: '#/components/schemas/One' } } });
    const shared = (maxLength: number) => ({
      components: { schemas: { Holder: one, One: object({ id: { type: 'string', maxLength } }) } },
    });
    for (const schema of [one, { $ref: '#/components/schemas/Holder' }])
      expect(changesOf(diffedDocuments(taking(schema, shared(9)), taking(schema, shared(8))))).toEqual([
        `breaking high neutral request-property-max-length-decreased: POST /a: request body application/json /${name}[]/id: maxLength: 9 → 8`,
      ]);
  });
});

describe('objects that the gateway holds to the document', () => {
  const closed = object({ a: {} }, [], { additionalProperties: false });
  const shared = (schema: object) => ({ components: { schemas: { One: schema } } });
  const one = { $ref: '#/components/schemas/One' };
  const validating = (mode: string) => ({ 'x-gateway': { validation: { request: mode, response: mode } } });

  it('are weaker when they are opened, and tighter when they are closed, in both directions', () => {
    const of = (make: typeof taking, before: object, after: object, mode: string) =>
      changesOf(
        diffedDocuments(
          make(one, { ...shared(before), ...validating(mode) }),
          make(one, { ...shared(after), ...validating(mode) }),
        ),
      );
    expect(of(taking, closed, object({ a: {} }), 'enforce')).toEqual([
      'weakened high weaker request-body-additional-properties-opened: POST /a: request body application/json: takes other properties now; validation let none through',
    ]);
    expect(of(taking, object({ a: {} }), closed, 'enforce')).toEqual([
      'breaking high tighter request-body-additional-properties-closed: POST /a: request body application/json: takes no other properties now',
    ]);
    expect(of(giving, closed, object({ a: {} }), 'enforce')).toEqual([
      'weakened high weaker response-body-additional-properties-opened: GET /a: response 200 application/json: takes other properties now; validation let none through',
    ]);
    expect(of(giving, object({ a: {} }), closed, 'enforce')).toEqual([
      'potential medium tighter response-body-additional-properties-closed: GET /a: response 200 application/json: takes no other properties now',
    ]);
    expect(of(taking, closed, object({ a: {} }), 'report')).toEqual([
      'compatible info neutral request-body-additional-properties-opened: POST /a: request body application/json: takes other properties now',
    ]);
    expect(of(giving, closed, object({ a: {} }), 'none')).toEqual([
      'potential medium neutral response-body-additional-properties-opened: GET /a: response 200 application/json: takes other properties now',
    ]);
  });

  it('are enforced where nobody says otherwise, of drafts too, and never in messages that pass the gateway by', () => {
    const draft = (schema: unknown) =>
      document({
        '/a': {
          post: operation({ 'x-stability-level': 'draft', requestBody: { content: { 'application/json': { schema } } } }),
        },
      });
    const hook = (schema: unknown) =>
      document({}, { webhooks: { told: { post: operation({ requestBody: { content: { 'application/json': { schema } } } }) } } });
    const verdicts = (make: (schema: unknown) => object) =>
      diffedDocuments(make(closed), make(object({ a: {} }))).changes.map(({ section, verdict }) => `${section} ${verdict}`);
    expect(verdicts(draft)).toEqual(['policy weakened']);
    expect(verdicts(hook)).toEqual(['contract potential']);
  });
});

describe('schemas', () => {
  it.each([
    [
      'min-length',
      { type: 'string', minLength: 1 },
      { type: 'string', minLength: 2 },
      'breaking request-body-min-length-increased',
      'compatible response-body-min-length-increased',
    ],
    [
      'exclusive',
      { type: 'number', minimum: 1 },
      { type: 'number', exclusiveMinimum: 1 },
      'breaking request-body-min-increased',
      'compatible response-body-min-increased',
    ],
    [
      'maximum',
      { type: 'number' },
      { type: 'number', maximum: 1 },
      'breaking request-body-max-set',
      'compatible response-body-max-set',
    ],
    [
      'type',
      { type: 'number' },
      { type: 'integer' },
      'breaking request-body-type-specialized',
      'compatible response-body-type-specialized',
    ],
    [
      'other type',
      { type: 'string' },
      { type: 'integer' },
      'breaking request-body-type-changed',
      'breaking response-body-type-changed',
    ],
    [
      'null',
      { type: ['string', 'null'] },
      { type: 'string' },
      'breaking request-body-became-not-nullable',
      'compatible response-body-became-not-nullable',
    ],
    [
      'enum',
      { enum: ['a', 'b'] },
      { enum: ['a'] },
      'breaking request-body-enum-value-removed',
      'compatible response-body-enum-value-removed',
    ],
    [
      'pattern',
      { type: 'string' },
      { type: 'string', pattern: '^a' },
      'breaking request-body-pattern-added',
      'compatible response-body-pattern-added',
    ],
    [
      'required',
      object({ a: {} }),
      object({ a: {} }, ['a']),
      'breaking request-property-became-required',
      'compatible response-property-became-required',
    ],
    [
      'new required',
      object({}),
      object({ a: {} }, ['a']),
      'breaking new-required-request-property',
      'compatible response-required-property-added',
    ],
    [
      'new optional',
      object({}),
      object({ a: {} }),
      'compatible new-optional-request-property',
      'compatible response-optional-property-added',
    ],
    [
      'removed',
      object({ a: {} }),
      object({}),
      'potential request-property-removed',
      'potential response-optional-property-removed',
    ],
    [
      'removed, needed',
      object({ a: {} }, ['a']),
      object({}),
      'potential request-property-removed',
      'breaking response-required-property-removed',
    ],
    [
      'closed',
      object({ a: {} }),
      object({ a: {} }, [], { additionalProperties: false }),
      'breaking request-body-additional-properties-closed',
      'compatible response-body-additional-properties-closed',
    ],
    [
      'alternative',
      { oneOf: [{ type: 'string' }, { type: 'integer' }] },
      { oneOf: [{ type: 'string' }, { type: 'integer' }, { type: 'array' }] },
      'compatible request-body-type-generalized',
      'breaking response-body-type-generalized',
    ],
  ])('%s', (_name, before, after, request, response) => {
    const found = judged(before, after);
    expect(found.request).toContain(request);
    expect(found.response).toContain(response);
  });

  it('judges what stands within `not` the other way round', () => {
    const not = (maxLength: number) => ({ type: 'string', not: { type: 'string', maxLength } });
    expect(judged(not(10), not(5)).request).toEqual(['compatible request-body-max-length-increased']);
  });

  it('leaves out of each direction what it never carries', () => {
    const [before, after] = [
      object({ id: { type: 'string', readOnly: true } }),
      object({ id: { type: 'integer', readOnly: true } }, ['id']),
    ];
    const found = judged(before, after);
    expect(found.request).toEqual([]);
    expect(found.response).toEqual(['breaking response-property-type-changed', 'compatible response-property-became-required']);
  });

  it('ends on schemas that hold themselves', () => {
    const tree = (name: object) => ({
      components: {
        schemas: { Tree: object({ name, children: { type: 'array', items: { $ref: '#/components/schemas/Tree' } } }) },
      },
    });
    const reference = { $ref: '#/components/schemas/Tree' };
    const same = diffedDocuments(
      giving(reference, tree({ type: 'string' })),
      giving(reference, tree({ type: 'string', description: 'x' })),
    );
    expect(same.changes.map(({ verdict }) => verdict)).toEqual(['documentation']);
    const other = diffedDocuments(giving(reference, tree({ type: 'string' })), giving(reference, tree({ type: 'integer' })));
    expect(idsOf(other)).toEqual(['response-property-type-changed']);
  });

  it('D2: a change of a shared schema is told for every operation that reaches it, once for each direction, at the schema', () => {
    const make = (type: string) => {
      const schema = { $ref: '#/components/schemas/Order' };
      const json = { 'application/json': { schema }, 'application/xml': { schema } };
      const both = operation({ requestBody: { content: json }, responses: { 200: { description: 'ok', content: json } } });
      return document(
        { '/a': { post: both }, '/b': { put: both } },
        { components: { schemas: { Order: object({ total: { type } }) } } },
      );
    };
    const { changes } = diffedDocuments(make('string'), make('integer'));
    expect(changes.map(({ id, routes }) => `${routes[0]?.name} ${id}`)).toEqual([
      'POST /a request-property-type-changed',
      'POST /a response-property-type-changed',
      'PUT /b request-property-type-changed',
      'PUT /b response-property-type-changed',
    ]);
    expect(new Set(changes.map(({ at }) => `${at.base?.file}:${at.base?.column}`)).size).toBe(1);
  });
});

describe('D4, D9: spellings that mean the same', () => {
  const old = { openapi: '3.0.3' };
  const named = (schema: unknown) => ({ components: { schemas: { Named: schema } } });
  const reference = { $ref: '#/components/schemas/Named' };
  it.each([
    ['nullable and a list of types', giving({ type: 'string', nullable: true }, old), giving({ type: ['string', 'null'] })],
    [
      'a list of types and an alternative',
      giving({ type: ['string', 'null'] }),
      giving({ oneOf: [{ type: 'string' }, { type: 'null' }] }),
    ],
    [
      'nullable reference',
      giving({ nullable: true, allOf: [reference] }, { ...old, ...named(object({ a: {} })) }),
      giving({ anyOf: [reference, { type: 'null' }] }, named(object({ a: {} }))),
    ],
    [
      'inline and reference',
      giving(object({ a: { type: 'string' } })),
      giving(reference, named(object({ a: { type: 'string' } }))),
    ],
    ['flat and allOf of one', giving(object({ a: {} })), giving({ allOf: [object({ a: {} })] })],
    [
      'flat and allOf of parts',
      giving(object({ a: {}, b: {} }, ['a'])),
      giving({ type: 'object', allOf: [{ properties: { a: {} }, required: ['a'] }, { properties: { b: {} } }] }),
    ],
    [
      'exclusive bounds',
      giving({ type: 'number', minimum: 1, exclusiveMinimum: true }, old),
      giving({ type: 'number', exclusiveMinimum: 1 }),
    ],
    ['bytes', giving({ type: 'string', format: 'byte' }, old), giving({ type: 'string', contentEncoding: 'base64' })],
    [
      'binary',
      giving({ type: 'string', format: 'binary' }, old),
      giving({ type: 'string', contentMediaType: 'application/octet-stream' }),
    ],
    ['constant and enum of one', giving({ const: 'a' }), giving({ type: 'string', enum: ['a'] })],
    [
      'enum and titled constants',
      giving({ type: 'string', enum: ['a', 'b'] }),
      giving({
        type: 'string',
        oneOf: [
          { const: 'b', title: 'B' },
          { const: 'a', title: 'A' },
        ],
      }),
    ],
    [
      'order',
      giving({ oneOf: [object({ a: {} }, ['a']), object({ b: {}, c: {} }, ['b', 'c'])] }),
      giving({ oneOf: [object({ c: {}, b: {} }, ['c', 'b']), object({ a: {} }, ['a'])] }),
    ],
    [
      'statuses',
      document({ '/a': { get: { responses: { '4xx': { description: 'no' } } } } }),
      document({ '/a': { get: { responses: { '4XX': { description: 'no' } } } } }),
    ],
    [
      'charset',
      document({
        '/a': { get: { responses: { 200: { description: '', content: { 'Application/JSON; charset=UTF-8': {} } } } } },
      }),
      document({ '/a': { get: { responses: { 200: { description: '', content: { 'application/json': {} } } } } } }),
    ],
    [
      'parameters at path and operation',
      document({ '/a': { parameters: [{ name: 'q', in: 'query', schema: { type: 'string' } }], get: operation() } }),
      document(
        { '/a': { get: operation({ parameters: [{ $ref: '#/components/parameters/q' }] }) } },
        {
          components: { parameters: { q: { name: 'q', in: 'query', style: 'form', explode: true, schema: { type: 'string' } } } },
        },
      ),
    ],
    [
      'case of headers',
      document({ '/a': { get: operation({ parameters: [{ name: 'X-A', in: 'header', schema: {} }] }) } }),
      document({ '/a': { get: operation({ parameters: [{ name: 'x-a', in: 'header', schema: {} }] }) } }),
    ],
  ])('%s', (_name, before, after) => {
    expect(changesOf(diffedDocuments(before, after))).toEqual([]);
    expect(changesOf(diffedDocuments(after, before))).toEqual([]);
  });

  it('D3: texts are counted and shown nowhere else', () => {
    const text = (description: string) =>
      document({
        '/a': {
          get: {
            summary: description,
            responses: {
              200: {
                description,
                content: { 'application/json': { schema: { type: 'string', description, example: description } } },
              },
            },
          },
        },
      });
    const report = diffedDocuments(text('one'), text('two'));
    expect(report).toMatchObject({ documentation: 3, failed: false, routes: { changed: 0 } });
    expect(changesOf(report)).toEqual([]);
  });
});

describe('operations', () => {
  const query = (more: object) =>
    document({ '/a': { get: operation({ parameters: [{ name: 'q', in: 'query', schema: { type: 'string' }, ...more }] }) } });
  const plain = document({ '/a': { get: operation() } });
  it.each([
    ['added and required', plain, query({ required: true }), 'breaking new-required-request-parameter'],
    ['added', plain, query({}), 'compatible new-optional-request-parameter'],
    ['removed', query({}), plain, 'potential request-parameter-removed'],
    [
      'removed before its day',
      query({ deprecated: true, 'x-sunset': '2099-01-01' }),
      plain,
      'breaking request-parameter-removed-before-sunset',
    ],
    ['required', query({}), query({ required: true }), 'breaking request-parameter-became-required'],
    [
      'style',
      query({ schema: { type: 'array' } }),
      query({ schema: { type: 'array' }, style: 'pipeDelimited' }),
      'breaking request-parameter-style-changed',
    ],
    [
      'explode',
      query({ schema: { type: 'array' } }),
      query({ schema: { type: 'array' }, explode: false }),
      'breaking request-parameter-explode-changed',
    ],
    [
      'default',
      query({ schema: { type: 'string', default: 'a' } }),
      query({ schema: { type: 'string', default: 'b' } }),
      'breaking request-parameter-default-value-changed',
    ],
    [
      'content',
      query({}),
      document({ '/a': { get: operation({ parameters: [{ name: 'q', in: 'query', content: { 'application/json': {} } }] }) } }),
      'breaking request-parameter-serialization-changed',
    ],
    [
      'operationId',
      document({ '/a': { get: operation({ operationId: 'a' }) } }),
      document({ '/a': { get: operation({ operationId: 'b' }) } }),
      'potential operation-id-changed',
    ],
  ])('parameter or operation: %s', (_name, before, after, expected) => {
    expect(diffedDocuments(before, after).changes.map(({ verdict, id }) => `${verdict} ${id}`)).toEqual([expected]);
  });

  it('does not ask how one text is exploded', () => {
    expect(idsOf(diffedDocuments(query({}), query({ explode: false })))).toEqual([]);
  });

  it('D18: compares the content of parameters, headers, callbacks and webhooks, the caller being the other side', () => {
    const make = (type: string) => {
      const schema = { type };
      const message = operation({
        requestBody: {
          content: {
            'application/json': {
              schema: { type: 'object', properties: { a: schema }, required: type === 'string' ? ['a'] : [] },
            },
          },
        },
      });
      return document(
        {
          '/a': {
            post: operation({
              parameters: [{ name: 'q', in: 'query', content: { 'application/json': { schema } } }],
              responses: { 200: { description: 'ok', headers: { 'X-Total': { required: type === 'string', schema } } } },
              callbacks: { done: { '{$request.body#/url}': { post: message } } },
            }),
          },
        },
        { webhooks: { created: { post: message } } },
      );
    };
    const { changes } = diffedDocuments(make('string'), make('number'));
    expect(changes.map(({ verdict, id, routes }) => `${verdict} ${routes[0]?.name} ${id}`)).toEqual([
      'breaking POST /a callback-request-property-became-optional',
      'breaking POST /a callback-request-property-type-changed',
      'breaking POST /a request-parameter-type-changed',
      'breaking POST /a response-header-became-optional',
      'breaking POST /a response-header-type-changed',
      'breaking webhook created POST webhook-request-property-became-optional',
      'breaking webhook created POST webhook-request-property-type-changed',
    ]);
  });

  it('D18: compares path items of components and methods of 3.2', () => {
    const make = (type: string) =>
      document(
        {
          '/a': { $ref: '#/components/pathItems/a' },
          '/b': {
            additionalOperations: {
              COPY: operation({
                parameters: [{ name: 'q', in: 'querystring', content: { 'application/json': { schema: { type } } } }],
              }),
            },
          },
        },
        {
          openapi: '3.2.0',
          components: {
            pathItems: {
              a: {
                get: operation({
                  responses: { 200: { description: '', content: { 'application/json': { schema: { type } } } } },
                }),
              },
            },
          },
        },
      );
    expect(diffedDocuments(make('string'), make('integer')).changes.map(({ id, routes }) => `${routes[0]?.name} ${id}`)).toEqual([
      'COPY /b request-parameter-type-changed',
      'GET /a response-body-type-changed',
    ]);
  });

  it('promises nothing of drafts and alphas', () => {
    const make = (type: string) =>
      document({
        '/a': { get: operation({ 'x-stability-level': 'alpha', parameters: [{ name: 'q', in: 'query', schema: { type } }] }) },
      });
    expect(diffedDocuments(make('string'), make('integer'))).toMatchObject({
      failed: false,
      changes: [{ verdict: 'compatible' }],
    });
  });

  it('takes a range of media types or statuses for what it covers', () => {
    const make = (type: string, status: string) =>
      document({ '/a': { get: { responses: { [status]: { description: '', content: { [type]: {} } } } } } });
    expect(idsOf(diffedDocuments(make('application/json', '200'), make('application/*', '2XX')))).toEqual([
      'response-media-type-added',
      'response-success-status-added',
    ]);
  });
});
