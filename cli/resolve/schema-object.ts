import {
  count,
  data,
  doc,
  either,
  flag,
  list,
  map,
  notEmpty,
  number,
  type ObjectType,
  object,
  oneOf,
  read,
  text,
} from './table.ts';

const schema = object('schema');
const typeNames = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

/**
 * The Schema Object: an extended subset of JSON Schema in 3.0, JSON Schema 2020-12 plus four keywords from 3.1 on.
 *
 * `definitions`, `$comment` and `id` of older drafts are known so that they are neither typos nor lost: references lead into them.
 */
export const schemaObject: ObjectType = {
  name: 'Schema Object',
  reference: true,
  openFrom: '3.1',
  fields: {
    $ref: read(text, { from: '3.1' }),
    $id: read(text, { from: '3.1' }),
    $schema: read(text, { from: '3.1' }),
    $anchor: read(text, { from: '3.1' }),
    $dynamicRef: read(text, { from: '3.1' }),
    $dynamicAnchor: read(text, { from: '3.1' }),
    $vocabulary: read(data, { from: '3.1' }),
    $comment: doc(text, { from: '3.1' }),
    $defs: read(map(schema), { from: '3.1' }),
    definitions: read(map(schema), { from: '3.1' }),
    title: doc(text),
    description: doc(text),
    type: [
      read(oneOf(...typeNames), { until: '3.0' }),
      read(either(oneOf(...typeNames, 'null'), notEmpty(oneOf(...typeNames, 'null'))), { from: '3.1' }),
    ],
    enum: read(list(data)),
    const: read(data, { from: '3.1' }),
    multipleOf: read(number),
    maximum: read(number),
    minimum: read(number),
    exclusiveMaximum: [read(flag, { until: '3.0' }), read(number, { from: '3.1' })],
    exclusiveMinimum: [read(flag, { until: '3.0' }), read(number, { from: '3.1' })],
    maxLength: read(count),
    minLength: read(count),
    pattern: read(text),
    format: read(text),
    maxItems: read(count),
    minItems: read(count),
    uniqueItems: read(flag),
    items: read(schema),
    prefixItems: read(notEmpty(schema), { from: '3.1' }),
    contains: read(schema, { from: '3.1' }),
    maxContains: read(count, { from: '3.1' }),
    minContains: read(count, { from: '3.1' }),
    unevaluatedItems: read(schema, { from: '3.1' }),
    maxProperties: read(count),
    minProperties: read(count),
    required: read(list(text)),
    properties: read(map(schema)),
    patternProperties: read(map(schema), { from: '3.1' }),
    additionalProperties: [read(either(flag, schema), { until: '3.0' }), read(schema, { from: '3.1' })],
    propertyNames: read(schema, { from: '3.1' }),
    unevaluatedProperties: read(schema, { from: '3.1' }),
    dependentRequired: read(map(list(text)), { from: '3.1' }),
    dependentSchemas: read(map(schema), { from: '3.1' }),
    dependencies: read(map(either(list(text), schema)), { from: '3.1' }),
    allOf: read(notEmpty(schema)),
    oneOf: read(notEmpty(schema)),
    anyOf: read(notEmpty(schema)),
    not: read(schema),
    if: read(schema, { from: '3.1' }),
    // biome-ignore lint/suspicious/noThenProperty: `then` is a keyword of JSON Schema; nothing awaits this table.
    then: read(schema, { from: '3.1' }),
    else: read(schema, { from: '3.1' }),
    contentEncoding: doc(text, { from: '3.1' }),
    contentMediaType: doc(text, { from: '3.1' }),
    contentSchema: doc(schema, { from: '3.1' }),
    default: doc(data),
    example: doc(data),
    examples: doc(list(data), { from: '3.1' }),
    nullable: read(flag, { until: '3.0' }),
    discriminator: read(object('discriminator')),
    readOnly: read(flag),
    writeOnly: read(flag),
    deprecated: doc(flag),
    externalDocs: doc(object('externalDocs')),
    xml: doc(object('xml')),
  },
};

/** The Discriminator Object. */
export const discriminatorObject: ObjectType = {
  name: 'Discriminator Object',
  fields: {
    propertyName: read(text, { required: true }),
    mapping: read(map(text)),
    defaultMapping: read(text, { from: '3.2' }),
  },
};

/** The XML Object. */
export const xmlObject: ObjectType = {
  name: 'XML Object',
  fields: {
    name: doc(text),
    namespace: doc(text),
    prefix: doc(text),
    attribute: doc(flag),
    wrapped: doc(flag),
    nodeType: doc(oneOf('element', 'attribute', 'text', 'cdata', 'none'), { from: '3.2' }),
  },
  constraints: [
    { atMostOne: ['attribute', 'nodeType'], from: '3.2', doc: true },
    { atMostOne: ['wrapped', 'nodeType'], from: '3.2', doc: true },
  ],
};
