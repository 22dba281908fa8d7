/**
 * The one table of OpenAPI objects: which keys of which object hold what, in which of 3.0, 3.1 and 3.2. Visiting, reference resolution,
 * data positions, structure findings and their suggestions all come from it. It is a long file because it is one table.
 *
 * Source: the OpenAPI Specification 3.0.4, 3.1.1, 3.2.0.
 */
import type { OpenApiVersion } from './api.ts';
import { discriminatorObject, schemaObject, xmlObject } from './schema-object.ts';
import {
  applies,
  type Constraint,
  data,
  doc,
  type Field,
  flag,
  type Keys,
  list,
  map,
  matching,
  notEmpty,
  type ObjectKind,
  type ObjectType,
  object,
  oneOf,
  read,
  text,
} from './table.ts';

/** Methods that are a field of a path item, `query` from 3.2 on. */
export const methodFields = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'] as const;

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const componentName: Keys = { pattern: /^[a-zA-Z0-9._-]+$/, says: 'letters, digits, dot, dash and underscore' };
const mediaRange: Keys = { pattern: /^[^\s/;]+\/[^\s/;]+/, says: 'a media type such as application/json' };
const headerName: Keys = { pattern: token, says: 'a header name (RFC 9110 token)' };
const securityRequirements = read(list(map(list(text))));
const examples = doc(map(object('example')));
const content: readonly Field[] = [
  read(map(object('mediaType')), { until: '3.1' }),
  read(map(object('mediaType'), mediaRange), { from: '3.2' }),
];
const operation = read(object('operation'));

const objects: Readonly<Record<ObjectKind, ObjectType>> = {
  openapi: {
    name: 'OpenAPI Object',
    fields: {
      openapi: read(text, { required: true }),
      $self: read(matching(/^[^#]*$/, 'a URI without fragment'), { from: '3.2' }),
      info: doc(object('info'), { required: true }),
      jsonSchemaDialect: read(text, { from: '3.1' }),
      servers: read(list(object('server'))),
      paths: [read(object('paths'), { required: true, until: '3.0' }), read(object('paths'), { from: '3.1' })],
      webhooks: doc(map(object('pathItem')), { from: '3.1' }),
      components: read(object('components')),
      security: securityRequirements,
      tags: doc(list(object('tag'))),
      externalDocs: doc(object('externalDocs')),
    },
    constraints: [{ atLeastOne: ['paths', 'components', 'webhooks'], from: '3.1' }],
  },
  info: {
    name: 'Info Object',
    fields: {
      title: doc(text, { required: true }),
      summary: doc(text, { from: '3.1' }),
      description: doc(text),
      termsOfService: doc(text),
      contact: doc(object('contact')),
      license: doc(object('license')),
      version: doc(text, { required: true }),
    },
  },
  contact: { name: 'Contact Object', fields: { name: doc(text), url: doc(text), email: doc(text) } },
  license: {
    name: 'License Object',
    fields: { name: doc(text, { required: true }), identifier: doc(text, { from: '3.1' }), url: doc(text) },
    constraints: [{ atMostOne: ['identifier', 'url'], from: '3.1', doc: true }],
  },
  server: {
    name: 'Server Object',
    fields: {
      url: read(text, { required: true }),
      description: doc(text),
      name: doc(text, { from: '3.2' }),
      variables: read(map(object('serverVariable'))),
    },
  },
  serverVariable: {
    name: 'Server Variable Object',
    fields: {
      enum: [read(list(text), { until: '3.0' }), read(notEmpty(text), { from: '3.1' })],
      default: read(text, { required: true }),
      description: doc(text),
    },
  },
  components: {
    name: 'Components Object',
    fields: {
      schemas: read(map(object('schema'), componentName)),
      responses: read(map(object('response'), componentName)),
      parameters: read(map(object('parameter'), componentName)),
      examples: doc(map(object('example'), componentName)),
      requestBodies: read(map(object('requestBody'), componentName)),
      headers: doc(map(object('header'), componentName)),
      securitySchemes: read(map(object('securityScheme'), componentName)),
      links: doc(map(object('link'), componentName)),
      callbacks: doc(map(object('callback'), componentName)),
      pathItems: read(map(object('pathItem'), componentName), { from: '3.1' }),
      mediaTypes: read(map(object('mediaType'), componentName), { from: '3.2' }),
    },
  },
  paths: {
    name: 'Paths Object',
    fields: {},
    others: read(object('pathItem')),
  },
  pathItem: {
    name: 'Path Item Object',
    fields: {
      $ref: read(text),
      summary: doc(text),
      description: doc(text),
      get: operation,
      put: operation,
      post: operation,
      delete: operation,
      options: operation,
      head: operation,
      patch: operation,
      trace: operation,
      query: read(object('operation'), { from: '3.2' }),
      additionalOperations: read(map(object('operation'), { pattern: token, says: 'a method name (RFC 9110 token)' }), {
        from: '3.2',
      }),
      servers: read(list(object('server'))),
      parameters: read(list(object('parameter'))),
    },
  },
  operation: {
    name: 'Operation Object',
    fields: {
      tags: doc(list(text)),
      summary: doc(text),
      description: doc(text),
      externalDocs: doc(object('externalDocs')),
      operationId: read(text),
      parameters: read(list(object('parameter'))),
      requestBody: read(object('requestBody')),
      responses: [read(object('responses'), { required: true, until: '3.0' }), read(object('responses'), { from: '3.1' })],
      callbacks: doc(map(object('callback'))),
      deprecated: read(flag),
      security: securityRequirements,
      servers: read(list(object('server'))),
    },
  },
  externalDocs: { name: 'External Documentation Object', fields: { description: doc(text), url: doc(text, { required: true }) } },
  parameter: {
    name: 'Parameter Object',
    reference: true,
    fields: {
      name: read(text, { required: true }),
      in: [
        read(oneOf('path', 'query', 'header', 'cookie'), { required: true, until: '3.1' }),
        read(oneOf('path', 'query', 'header', 'cookie', 'querystring'), { required: true, from: '3.2' }),
      ],
      description: doc(text),
      required: read(flag),
      deprecated: doc(flag),
      allowEmptyValue: read(flag),
      style: read(oneOf('matrix', 'label', 'simple', 'form', 'spaceDelimited', 'pipeDelimited', 'deepObject', 'cookie')),
      explode: read(flag),
      allowReserved: read(flag),
      schema: read(object('schema')),
      example: doc(data),
      examples,
      content,
    },
    constraints: [
      { atMostOne: ['schema', 'content'] },
      { atLeastOne: ['schema', 'content'], doc: true },
      { atMostOne: ['example', 'examples'], doc: true },
      { atMostOne: ['style', 'content'], from: '3.1', doc: true },
      { atMostOne: ['explode', 'content'], from: '3.1', doc: true },
      { when: { in: ['path'] }, field: 'style', values: ['matrix', 'label', 'simple'] },
      { when: { in: ['header'] }, field: 'style', values: ['simple'] },
      { when: { in: ['query'] }, field: 'style', values: ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject'] },
      { when: { in: ['cookie'] }, field: 'style', values: ['form'], until: '3.1' },
      { when: { in: ['cookie'] }, field: 'style', values: ['form', 'cookie'], from: '3.2' },
      { when: { in: ['querystring'] }, none: ['schema', 'style', 'explode', 'allowReserved'] },
      { when: { in: ['path'] }, field: 'name', pattern: /^[^{}]+$/, says: 'a name without braces' },
      { when: { in: ['header'] }, field: 'name', pattern: token, says: 'a header name (RFC 9110 token)' },
      { when: { in: ['path', 'header', 'cookie'] }, none: ['allowReserved'], from: '3.1', until: '3.1', doc: true },
      { when: { in: ['header'] }, none: ['allowReserved'], from: '3.2', doc: true },
      { when: { in: ['cookie'], style: ['cookie'] }, none: ['allowReserved'], from: '3.2', doc: true },
    ],
  },
  requestBody: {
    name: 'Request Body Object',
    reference: true,
    fields: { description: doc(text), content: content.map((field) => ({ ...field, required: true })), required: read(flag) },
  },
  mediaType: {
    name: 'Media Type Object',
    reference: true,
    fields: {
      description: doc(text, { from: '3.2' }),
      schema: read(object('schema')),
      itemSchema: read(object('schema'), { from: '3.2' }),
      example: doc(data),
      examples,
      encoding: read(map(object('encoding'))),
      prefixEncoding: read(list(object('encoding')), { from: '3.2' }),
      itemEncoding: read(object('encoding'), { from: '3.2' }),
    },
    constraints: [
      { atMostOne: ['example', 'examples'], doc: true },
      { atMostOne: ['encoding', 'prefixEncoding'], from: '3.2' },
      { atMostOne: ['encoding', 'itemEncoding'], from: '3.2' },
    ],
  },
  encoding: {
    name: 'Encoding Object',
    fields: {
      contentType: read(text),
      headers: doc(map(object('header'), headerName)),
      style: read(oneOf('form', 'spaceDelimited', 'pipeDelimited', 'deepObject')),
      explode: read(flag),
      allowReserved: read(flag),
      encoding: read(map(object('encoding')), { from: '3.2' }),
      prefixEncoding: read(list(object('encoding')), { from: '3.2' }),
      itemEncoding: read(object('encoding'), { from: '3.2' }),
    },
    constraints: [
      { atMostOne: ['encoding', 'prefixEncoding'], from: '3.2' },
      { atMostOne: ['encoding', 'itemEncoding'], from: '3.2' },
    ],
  },
  responses: {
    name: 'Responses Object',
    fields: {},
    others: read(object('response')),
    constraints: [{ notEmpty: true, doc: true }],
  },
  response: {
    name: 'Response Object',
    reference: true,
    fields: {
      summary: doc(text, { from: '3.2' }),
      description: [doc(text, { required: true, until: '3.1' }), doc(text, { from: '3.2' })],
      headers: doc(map(object('header'), headerName)),
      content,
      links: doc(map(object('link'))),
    },
  },
  callback: { name: 'Callback Object', reference: true, fields: {}, others: doc(object('pathItem')) },
  example: {
    name: 'Example Object',
    reference: true,
    fields: {
      summary: doc(text),
      description: doc(text),
      value: doc(data),
      externalValue: doc(text),
      dataValue: doc(data, { from: '3.2' }),
      serializedValue: doc(text, { from: '3.2' }),
    },
    constraints: [
      { atMostOne: ['value', 'externalValue'], doc: true },
      { atMostOne: ['value', 'dataValue'], from: '3.2', doc: true },
      { atMostOne: ['value', 'serializedValue'], from: '3.2', doc: true },
      { atMostOne: ['serializedValue', 'externalValue'], from: '3.2', doc: true },
    ],
  },
  link: {
    name: 'Link Object',
    reference: true,
    fields: {
      operationRef: doc(text),
      operationId: doc(text),
      parameters: doc(map(data)),
      requestBody: doc(data),
      description: doc(text),
      server: doc(object('server')),
    },
    constraints: [
      { atMostOne: ['operationRef', 'operationId'], doc: true },
      { atLeastOne: ['operationRef', 'operationId'], from: '3.1', doc: true },
    ],
  },
  header: {
    name: 'Header Object',
    reference: true,
    fields: {
      description: doc(text),
      required: doc(flag),
      deprecated: doc(flag),
      allowEmptyValue: doc(flag, { until: '3.0' }),
      allowReserved: doc(flag, { until: '3.0' }),
      style: doc(oneOf('simple')),
      explode: doc(flag),
      schema: doc(object('schema')),
      example: doc(data),
      examples,
      content: doc(map(object('mediaType'))),
    },
    constraints: [
      { atMostOne: ['schema', 'content'], doc: true },
      { atLeastOne: ['schema', 'content'], doc: true },
      { atMostOne: ['example', 'examples'], doc: true },
    ],
  },
  tag: {
    name: 'Tag Object',
    fields: {
      name: doc(text, { required: true }),
      summary: doc(text, { from: '3.2' }),
      description: doc(text),
      externalDocs: doc(object('externalDocs')),
      parent: doc(text, { from: '3.2' }),
      kind: doc(text, { from: '3.2' }),
    },
  },
  schema: schemaObject,
  discriminator: discriminatorObject,
  xml: xmlObject,
  securityScheme: {
    name: 'Security Scheme Object',
    reference: true,
    fields: {
      type: [
        read(oneOf('apiKey', 'http', 'oauth2', 'openIdConnect'), { required: true, until: '3.0' }),
        read(oneOf('apiKey', 'http', 'mutualTLS', 'oauth2', 'openIdConnect'), { required: true, from: '3.1' }),
      ],
      description: doc(text),
      name: read(text),
      in: read(oneOf('query', 'header', 'cookie')),
      scheme: read(text),
      bearerFormat: doc(text),
      flows: read(object('oauthFlows')),
      openIdConnectUrl: read(text),
      oauth2MetadataUrl: read(text, { from: '3.2' }),
      deprecated: doc(flag, { from: '3.2' }),
    },
    constraints: [
      { when: { type: ['apiKey'] }, atLeastOne: ['name'] },
      { when: { type: ['apiKey'] }, atLeastOne: ['in'] },
      { when: { type: ['http'] }, atLeastOne: ['scheme'] },
      { when: { type: ['oauth2'] }, atLeastOne: ['flows'] },
      { when: { type: ['openIdConnect'] }, atLeastOne: ['openIdConnectUrl'] },
    ],
  },
  oauthFlows: {
    name: 'OAuth Flows Object',
    fields: {
      implicit: read(object('oauthFlow')),
      password: read(object('oauthFlow')),
      clientCredentials: read(object('oauthFlow')),
      authorizationCode: read(object('oauthFlow')),
      deviceAuthorization: read(object('oauthFlow'), { from: '3.2' }),
    },
  },
  oauthFlow: {
    name: 'OAuth Flow Object',
    fields: {
      authorizationUrl: doc(text),
      tokenUrl: doc(text),
      refreshUrl: doc(text),
      deviceAuthorizationUrl: doc(text, { from: '3.2' }),
      scopes: read(map(text), { required: true }),
    },
    constraints: [
      { under: ['implicit', 'authorizationCode'], atLeastOne: ['authorizationUrl'], doc: true },
      {
        under: ['password', 'clientCredentials', 'authorizationCode', 'deviceAuthorization'],
        atLeastOne: ['tokenUrl'],
        doc: true,
      },
      { under: ['deviceAuthorization'], atLeastOne: ['deviceAuthorizationUrl'], doc: true },
    ],
  },
};

/** An object type as one line of OpenAPI has it. */
export interface VersionedType {
  readonly type: ObjectType;
  readonly fields: ReadonlyMap<string, Field>;
  /** Those that must be there. */
  readonly required: readonly (readonly [key: string, field: Field])[];
  readonly constraints: readonly Constraint[];
}

const versioned: Readonly<Record<OpenApiVersion, Map<ObjectKind, VersionedType>>> = {
  '3.0': new Map(),
  '3.1': new Map(),
  '3.2': new Map(),
};

/** The fields that an object of this kind has in this line. */
export function typeOf(kind: ObjectKind, version: OpenApiVersion): VersionedType {
  const known = versioned[version].get(kind);
  if (known !== undefined) return known;
  const type = objects[kind];
  const fields = new Map<string, Field>();
  for (const [key, entry] of Object.entries(type.fields)) {
    const field = [entry].flat().find((candidate) => applies(version, candidate));
    if (field !== undefined) fields.set(key, field);
  }
  const required = [...fields].filter(([, field]) => field.required === true);
  const constraints = (type.constraints ?? []).filter((constraint) => applies(version, constraint));
  const made = { type, fields, required, constraints };
  versioned[version].set(kind, made);
  return made;
}

/** The object type itself, all lines together. */
export function objectType(kind: ObjectKind): ObjectType {
  return objects[kind];
}
