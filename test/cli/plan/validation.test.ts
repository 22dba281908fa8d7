import { describe, expect, it } from 'vitest';
import { SchemaPool } from '../../../cli/plan/schemas.ts';
import { simpleCheck } from '../../../cli/plan/simple-check.ts';
import { answerBufferingReason, validationPolicies } from '../../../cli/plan/validation.ts';
import { localResolver } from '../../support/schemas.ts';
import { effective, firstOperation, validated } from '../../support/validation.ts';

function operation(more: object): unknown {
  return { openapi: '3.1.0', info: {}, paths: { '/a/{x}/{y}': { get: { responses: {}, ...more } } } };
}

describe('validationPolicies', () => {
  it('lowers simple parameters to checks without a schema', () => {
    const parameters = [
      { name: 'y', in: 'path', required: true, schema: { type: 'integer', format: 'int64' } },
      { name: 'page', in: 'query', schema: { type: 'integer', minimum: 1, default: 1, description: 'page' } },
    ];
    const pool = new SchemaPool(localResolver);
    expect(validationPolicies(firstOperation(operation({ parameters })), new Map(), pool, 1_000)).toEqual([
      {
        key: 'validation.request',
        stage: 'validate',
        module: 'validate/parameters',
        factory: 'parameters',
        options: {
          mode: 'enforce',
          unknownQuery: 'allow',
          parameters: [
            { name: 'y', in: 'path', index: 1, style: 'simple', explode: false, simple: { type: 'integer', format: 'int64' } },
            { name: 'page', in: 'query', style: 'form', explode: true, simple: { type: 'integer', minimum: 1 } },
          ],
        },
      },
    ]);
    expect(pool.plans()).toEqual([]);
  });

  it('refuses a style that its place does not have', async () => {
    const parameters = [{ name: 'h', in: 'header', style: 'deepObject', schema: { type: 'object' } }];
    expect((await validated(operation({ parameters }))).diagnostics).toMatchObject([
      { rule: 'gateway/schema-uncompilable', at: { pointer: '/paths/~1a~1{x}~1{y}/get/parameters/0/style' } },
    ]);
  });

  it('says which answers are read whole', () => {
    const schema = { type: 'object' };
    const content = { 'application/json': { schema }, 'text/csv': { schema }, 'application/a+json': {}, '*/*': { schema } };
    const one = firstOperation(operation({ responses: { '200': { content }, '404': { content } } }));
    const reasonOf = (response: string): string | undefined =>
      answerBufferingReason(validationPolicies(one, effective({ response }), new SchemaPool(localResolver), 1_000));
    expect([reasonOf('none'), reasonOf('report')]).toEqual([undefined, 'validation of */*, application/json']);
  });
});

describe('simpleCheck', () => {
  it.each([
    [
      { type: 'string', enum: ['a', 1, null] },
      { type: 'string', enum: ['a'] },
    ],
    [
      { type: 'integer', exclusiveMinimum: 0, maximum: 9, format: 'int32' },
      { type: 'integer', exclusiveMinimum: 0, maximum: 9, format: 'int32' },
    ],
    [{ type: 'string', format: 'password' }, { type: 'string' }],
    [{ type: 'string', format: 'uuid' }, undefined],
    [{ type: 'string', pattern: 'x' }, undefined],
    [{ type: 'number', minimum: 0.5 }, undefined],
    [{ type: 'integer', minimum: 1e300 }, undefined],
    [{ type: ['string', 'null'] }, undefined],
    [{ type: 'array' }, undefined],
    [{ enum: ['a'] }, undefined],
    [true, undefined],
  ])('%j', (schema, expected) => {
    expect(simpleCheck(schema)).toEqual(expected);
  });
});
