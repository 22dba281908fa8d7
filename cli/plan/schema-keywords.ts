/**
 * What each keyword of JSON Schema 2020-12 holds. Keywords that are not here say nothing about validity: titles, examples, `xml`,
 * `deprecated`, `contentMediaType`, extensions. They do not enter the gateway plan.
 */

/** The shape of a keyword's value, and so how it is rewritten. */
export type KeywordKind =
  | 'type'
  | 'number'
  | 'positive'
  | 'count'
  | 'boolean'
  | 'names'
  | 'value'
  | 'values'
  | 'pattern'
  | 'format'
  | 'schema'
  | 'schemas'
  | 'schemaMap'
  | 'patternMap'
  | 'namesMap';

/** Keywords in the order in which they are written; fixed, so that equal schemas become equal texts. */
export const KEYWORDS: readonly (readonly [keyword: string, kind: KeywordKind])[] = [
  ['type', 'type'],
  ['enum', 'values'],
  ['const', 'value'],
  ['format', 'format'],
  ['multipleOf', 'positive'],
  ['maximum', 'number'],
  ['exclusiveMaximum', 'number'],
  ['minimum', 'number'],
  ['exclusiveMinimum', 'number'],
  ['maxLength', 'count'],
  ['minLength', 'count'],
  ['pattern', 'pattern'],
  ['maxItems', 'count'],
  ['minItems', 'count'],
  ['uniqueItems', 'boolean'],
  ['maxContains', 'count'],
  ['minContains', 'count'],
  ['maxProperties', 'count'],
  ['minProperties', 'count'],
  ['required', 'names'],
  ['dependentRequired', 'namesMap'],
  ['properties', 'schemaMap'],
  ['patternProperties', 'patternMap'],
  ['additionalProperties', 'schema'],
  ['propertyNames', 'schema'],
  ['dependentSchemas', 'schemaMap'],
  ['prefixItems', 'schemas'],
  ['items', 'schema'],
  ['contains', 'schema'],
  ['allOf', 'schemas'],
  ['anyOf', 'schemas'],
  ['oneOf', 'schemas'],
  ['not', 'schema'],
  ['if', 'schema'],
  ['then', 'schema'],
  ['else', 'schema'],
  ['unevaluatedItems', 'schema'],
  ['unevaluatedProperties', 'schema'],
];

export const TYPES: ReadonlySet<string> = new Set(['null', 'boolean', 'object', 'array', 'number', 'string', 'integer']);

/** Values of `$schema` and `jsonSchemaDialect` that mean 2020-12, with or without the vocabulary of OpenAPI. */
export function isKnownDialect(uri: string): boolean {
  return (
    /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/.test(uri) ||
    /^https:\/\/spec\.openapis\.org\/oas\/3\.[1-9]\d*\/dialect\//.test(uri)
  );
}
