import { expect, it } from 'vitest';
import { parameterValues, takes } from '../../../cli/merge/parameter-values.ts';
import { mergedOf } from '../../support/merged.ts';

/** Whether a path parameter of this schema takes the text, as far as is plain. */
function accepts(schema: unknown, text: string): boolean {
  const get = { parameters: [{ name: 'id', in: 'path', required: true, schema }], responses: {} };
  const components = { schemas: { Id: { type: 'string', enum: ['a', 'b'] } } };
  const merged = mergedOf({
    'a.json': { openapi: '3.1.1', info: { title: 'T', version: '1' }, paths: { '/{id}': { get } }, components },
  });
  const operation = merged.operations[0]?.operation;
  if (operation === undefined) throw new Error('no operation');
  return takes(parameterValues(operation, operation.api.resolver).get('id') ?? {}, text);
}

it.each([
  [{ type: 'string' }, 'me', true],
  [{ $ref: '#/components/schemas/Id' }, 'me', false],
  [{ $ref: '#/components/schemas/Id' }, 'a', true],
  [{ const: 7 }, '7', true],
  [{ const: 7 }, '8', false],
  [{ type: 'boolean' }, 'me', false],
  [{ type: 'integer' }, 'me', false],
  [{ type: 'integer' }, '-12', true],
  [{ type: 'string', format: 'uuid' }, 'me', false],
  [{ type: 'string', format: 'date' }, '2030-01-01', true],
  [{ type: 'string', format: 'date' }, 'me', false],
  [{ type: 'string', pattern: '^[a-z]{2,4}-\\d+$' }, 'ab-1', true],
  [{ type: 'string', pattern: '^[a-z]{2,4}-\\d+$' }, 'me', false],
  [{ type: 'string', pattern: '^cus_' }, 'me', false],
  [{ type: ['string', 'null'], pattern: '^cus_' }, 'me', true],
  [{ type: 'string', pattern: '(' }, 'me', true],
])('%j takes %s: %s', (schema, text, expected) => {
  expect(accepts(schema, text)).toBe(expected);
});

it.each(['^(a+)+$', 'a?a?a?a?a?a?a?a?', 'a{0,99}a{0,99}a{0,99}b', '(a|a)*b', '^(?=a)b', 'a*a*a*b'])(
  'never runs %s',
  (pattern) => {
    expect(accepts({ type: 'string', pattern }, 'x'.repeat(60))).toBe(true);
  },
);
