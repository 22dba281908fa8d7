import { catalogue } from '../lint/catalogue.ts';
import type { Rule } from '../lint/rule.ts';
import { member } from '../load/pointer.ts';
import type { Json } from '../plan/ir.ts';
import { json } from '../plan/json.ts';
import { gatewayFile, lint } from './gateway-file.ts';
import { gatewayWords, WHOLE } from './gateway-words.ts';

const dialect = 'https://json-schema.org/draft/2020-12/schema';

/** JSON Schema of gateway.yaml, from the shapes it is checked by. */
export function gatewayFileSchema(): Json {
  const { schema } = gatewayFile;
  return {
    $schema: dialect,
    title: 'gateway.yaml of gw',
    ...schema,
    properties: {
      ...members(described(json(schema), '')),
      lint: { description: gatewayWords.lint ?? '', anyOf: [{ ...lint.schema, properties: lintProperties() }, { type: 'null' }] },
    },
  };
}

function members(schema: unknown): { readonly [name: string]: Json } {
  return Object.fromEntries(Object.entries(Object(member(schema, 'properties'))).map(([name, of]) => [name, json(of)]));
}

/** The rules by name, each with the severities and options it takes. */
function lintProperties(): Json {
  const rules = catalogue.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map((rule) => [rule.id, ruleSchema(rule)] as const);
  return {
    ...members(described(json(lint.schema), 'lint')),
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

/** The schema with what its members say; `path` is its own, as `gatewayWords` has it. */
function described(schema: Json, path: string): Json {
  if (typeof schema !== 'object' || schema === null || WHOLE.has(path)) return schema;
  if (Array.isArray(schema)) return schema.map((one) => described(json(one), path));
  const below: Readonly<Record<string, (of: Json) => Json>> = {
    properties: (of) =>
      Object.fromEntries(Object.entries(Object(of)).map(([name, one]) => [name, describedMember(path, name, json(one))])),
    items: (of) => described(of, `${path}[]`),
    additionalProperties: (of) => described(of, `${path}.*`),
    anyOf: (of) => described(of, path),
  };
  return Object.fromEntries(
    Object.entries(schema).map(([key, of]) => [key, Object.hasOwn(below, key) ? (below[key]?.(json(of)) ?? json(of)) : json(of)]),
  );
}

function describedMember(path: string, name: string, schema: Json): Json {
  const own = path === '' ? name : `${path}.${name}`;
  const words = Object.hasOwn(gatewayWords, own) ? gatewayWords[own] : undefined;
  const inner = described(schema, own);
  return words === undefined || typeof inner !== 'object' || inner === null || Array.isArray(inner)
    ? inner
    : { description: words, ...inner };
}
