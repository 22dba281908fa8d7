import { catalogue } from '../lint/catalogue.ts';
import type { Rule } from '../lint/rule.ts';
import { member } from '../load/pointer.ts';
import type { Json } from '../plan/ir.ts';
import { json } from '../plan/json.ts';
import type { Level } from '../plan/key.ts';
import { bindingShape, gatewayShape, parameterShape } from '../plan/x-gateway.ts';
import { gatewayFile, lint } from './gateway-file.ts';

const dialect = 'https://json-schema.org/draft/2020-12/schema';

/** JSON Schema of gateway.yaml, from the shapes it is checked by. */
export function gatewayFileSchema(): Json {
  const { schema } = gatewayFile;
  return {
    $schema: dialect,
    title: 'gateway.yaml of gw',
    ...schema,
    properties: { ...members(schema), lint: { anyOf: [{ ...lint.schema, properties: lintProperties() }, { type: 'null' }] } },
  };
}

function members(schema: unknown): { readonly [name: string]: Json } {
  return Object.fromEntries(Object.entries(Object(member(schema, 'properties'))).map(([name, of]) => [name, json(of)]));
}

/** The rules by name, each with the severities and options it takes. */
function lintProperties(): Json {
  const rules = catalogue.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map((rule) => [rule.id, ruleSchema(rule)] as const);
  return {
    ...members(lint.schema),
    rules: { type: 'object', properties: Object.fromEntries(rules), additionalProperties: false },
  };
}

function ruleSchema({ summary, locked, options }: Rule): Json {
  const severity: Json = { enum: locked === true ? ['error'] : ['error', 'warn', 'info', 'none'] };
  if (options === undefined) return { description: summary, ...severity };
  const { schema } = options.shape;
  const withSeverity: Json = { ...schema, properties: { severity, ...members(schema) } };
  const pair: Json = { type: 'array', items: { anyOf: [severity, schema] }, minItems: 1, maxItems: 2 };
  return { description: summary, anyOf: [severity, pair, withSeverity] };
}

/**
 * JSON Schema of an OpenAPI document as far as `x-gateway` is concerned: the closed object of each level where it may stand, and nothing
 * about the rest of the document.
 */
export function documentSchema(): Json {
  const extension = (name: string): Json => ({ properties: { 'x-gateway': { $ref: `#/$defs/${name}` } } });
  const level = (of: Level): Json => ({ ...gatewayShape(of).schema });
  const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'];
  const operation: Json = { $ref: '#/$defs/operationObject' };
  return {
    $schema: dialect,
    title: 'x-gateway of gw in an OpenAPI document',
    type: 'object',
    properties: {
      'x-gateway': { $ref: '#/$defs/root' },
      paths: { type: 'object', additionalProperties: { $ref: '#/$defs/pathItemObject' } },
      components: {
        type: 'object',
        properties: {
          securitySchemes: { type: 'object', additionalProperties: extension('binding') },
          parameters: { type: 'object', additionalProperties: { $ref: '#/$defs/parameterObject' } },
          pathItems: { type: 'object', additionalProperties: { $ref: '#/$defs/pathItemObject' } },
        },
      },
    },
    $defs: {
      root: level('root'),
      path: level('path'),
      operation: level('operation'),
      binding: { ...bindingShape.schema },
      parameter: { ...parameterShape.schema },
      parameterObject: extension('parameter'),
      parameterList: { type: 'array', items: { $ref: '#/$defs/parameterObject' } },
      operationObject: {
        properties: { 'x-gateway': { $ref: '#/$defs/operation' }, parameters: { $ref: '#/$defs/parameterList' } },
      },
      pathItemObject: {
        properties: {
          'x-gateway': { $ref: '#/$defs/path' },
          parameters: { $ref: '#/$defs/parameterList' },
          additionalOperations: { type: 'object', additionalProperties: operation },
          ...Object.fromEntries(methods.map((method) => [method, operation])),
        },
      },
    },
  };
}
