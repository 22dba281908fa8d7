/**
 * JSON Schema of whole OpenAPI documents for editors (L22), one for each line of OpenAPI: made from the table of OpenAPI objects, with
 * `x-gateway` typed wherever it may stand. One file, since editors merge several badly.
 *
 * It says no more than what `gw build` insists on: an editor has one severity only, and a document that builds must be clean in it. What
 * only people read is offered for completion and never wrong; `gw lint` warns about it.
 */
import { ignoreShape } from '../lint/suppress/shape.ts';
import type { Json } from '../plan/ir.ts';
import { bindingShape, gatewayShape, parameterShape } from '../plan/x-gateway.ts';
import type { OpenApiVersion } from '../resolve/api.ts';
import { objectType, typeOf } from '../resolve/objects.ts';
import type { Field, ObjectKind, Value } from '../resolve/table.ts';

type Schema = { readonly [keyword: string]: Json };

const dialect = 'https://json-schema.org/draft/2020-12/schema';

/** Where `x-gateway` may stand, and the definition of what may stand in it. */
const extended: Readonly<
  Partial<Record<ObjectKind, { readonly name: string; readonly says: string; readonly schema: () => Schema }>>
> = {
  openapi: {
    name: 'gatewayOfRoot',
    says: 'What the gateway does with all operations of this document.',
    schema: () => gatewayShape('root').schema,
  },
  pathItem: {
    name: 'gatewayOfPath',
    says: 'What the gateway does with all operations of this path.',
    schema: () => gatewayShape('path').schema,
  },
  operation: {
    name: 'gatewayOfOperation',
    says: 'What the gateway does with this operation.',
    schema: () => gatewayShape('operation').schema,
  },
  securityScheme: {
    name: 'gatewayOfScheme',
    says: 'How the gateway verifies credentials of this scheme.',
    schema: () => bindingShape.schema,
  },
  parameter: {
    name: 'gatewayOfParameter',
    says: 'How the gateway reads this path parameter.',
    schema: () => parameterShape.schema,
  },
};

/** The JSON Schema of documents of one line of OpenAPI. */
export function openApiSchema(version: OpenApiVersion): Schema {
  const definitions = new Map<string, Json>();
  const open: ObjectKind[] = ['openapi'];
  const seen = new Set<ObjectKind>(open);
  for (let kind = open.pop(); kind !== undefined; kind = open.pop()) {
    const found: ObjectKind[] = [];
    definitions.set(kind, objectSchema(kind, version, found));
    for (const one of found) {
      if (!seen.has(one)) open.push(one);
      seen.add(one);
    }
  }
  for (const { name, schema } of Object.values(extended)) definitions.set(name, schema());
  definitions.set('ignore', { description: 'Findings that are accepted here, each with its reason.', ...ignoreShape.schema });
  const sorted = [...definitions].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    $schema: dialect,
    title: `OpenAPI ${version} with x-gateway`,
    $ref: '#/$defs/openapi',
    $defs: Object.fromEntries(sorted),
  };
}

function objectSchema(kind: ObjectKind, version: OpenApiVersion, found: ObjectKind[]): Schema {
  const { type, fields } = typeOf(kind, version);
  const properties: [string, Json][] = [...fields].map(([key, field]) => [key, fieldSchema(key, field, kind, found)]);
  const canRefer = type.reference === true || kind === 'pathItem';
  if (canRefer && !fields.has('$ref')) properties.push(['$ref', { type: 'string', description: 'Where it is written instead.' }]);
  const gateway = extended[kind];
  if (gateway !== undefined) {
    const { name, says } = gateway;
    const markdownDescription = `${says}\n\nThe keys are in REFERENCE.md of gw; \`gw explain\` shows what they come to.`;
    properties.push(['x-gateway', { description: says, markdownDescription, $ref: `#/$defs/${name}` }]);
  }
  properties.push(['x-gw-ignore', { $ref: '#/$defs/ignore' }]);
  const required = [...fields].filter(([, field]) => field.required === true && field.doc !== true).map(([key]) => key);
  const others = type.others === undefined ? undefined : fieldSchema('', type.others, kind, found);
  const isClosed = type.others === undefined && type.openFrom === undefined && kind !== 'schema';
  return {
    title: `${type.name} (OpenAPI ${version})`,
    type: kind === 'schema' ? ['object', 'boolean'] : 'object',
    properties: Object.fromEntries(properties),
    ...(others === undefined ? {} : { additionalProperties: others }),
    ...(others === undefined && !isClosed ? {} : { patternProperties: { '^x-': {} } }),
    ...(isClosed ? { additionalProperties: false } : {}),
    ...(required.length === 0 ? {} : canRefer ? { if: { required: ['$ref'] }, else: { required } } : { required }),
  };
}

function fieldSchema(key: string, field: Field, kind: ObjectKind, found: ObjectKind[]): Schema {
  const own = valueSchema(field.value, found);
  if (field.doc === true) return { anyOf: [own, {}] };
  if (kind === 'openapi' && key === 'openapi') return own;
  // The spelling of another line of OpenAPI is a warning: the keyword is ignored.
  const elsewhere =
    kind === 'schema' ? [objectType('schema').fields[key] ?? []].flat().filter(({ value }) => value !== field.value) : [];
  const all = [own, ...elsewhere.map(({ value }) => valueSchema(value, found))];
  // A key of YAML without a value is as if it were not there.
  return isObjectValue(field.value, 'schema') ? own : { anyOf: [...all, { type: 'null' }] };
}

function isObjectValue(value: Value, kind: ObjectKind): boolean {
  return value.is === 'object' && value.kind === kind;
}

function valueSchema(value: Value, found: ObjectKind[]): Schema {
  switch (value.is) {
    case 'data':
      return {};
    case 'text':
      return {
        type: 'string',
        ...(value.values === undefined ? {} : { enum: value.values }),
        ...(value.pattern === undefined ? {} : { pattern: value.pattern.source }),
      };
    case 'flag':
      return { type: 'boolean' };
    case 'number':
      return { type: 'number' };
    case 'count':
      return { type: 'integer', minimum: 0 };
    case 'object':
      found.push(value.kind);
      return { $ref: `#/$defs/${value.kind}` };
    case 'list':
      return { type: 'array', items: valueSchema(value.of, found), ...(value.notEmpty === true ? { minItems: 1 } : {}) };
    case 'map': {
      const item = valueSchema(value.of, found);
      // OpenAPI knows no reference here; it is followed all the same, with a warning.
      const reference = { $ref: { anyOf: [{ type: 'string' }, item] } };
      return { type: 'object', properties: reference, additionalProperties: item, patternProperties: { '^x-': {} } };
    }
    case 'either':
      return { anyOf: value.of.map((one) => valueSchema(one, found)) };
  }
}
