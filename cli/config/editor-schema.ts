import { catalogue } from '../lint/catalogue.ts';
import type { Rule } from '../lint/rule.ts';
import { member } from '../load/pointer.ts';
import type { Json } from '../plan/ir.ts';
import { json } from '../plan/json.ts';
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
