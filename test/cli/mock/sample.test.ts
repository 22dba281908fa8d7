import { describe, expect, it } from 'vitest';
import { Conformance } from '../../../cli/mock/conforms.ts';
import { sample } from '../../../cli/mock/sample.ts';
import type { Json } from '../../../cli/plan/ir.ts';

/** A value of a lowered schema, with the others of its pool. */
function made(schema: Json, pool: Readonly<Record<string, Json>> = {}, seed = 'GET /orders'): ReturnType<typeof sample> {
  const conformance = new Conformance();
  for (const [id, one] of Object.entries(pool)) conformance.add(id, one);
  return sample(schema, { schema: (id) => pool[id] ?? true, accepts: conformance.of(schema), seed });
}

describe('sample', () => {
  const order: Json = {
    type: 'object',
    required: ['id', 'items'],
    properties: {
      id: { type: 'string', format: 'uuid' },
      status: { enum: ['open', 'paid'] },
      placed: { type: 'string', format: 'date-time' },
      items: { type: 'array', minItems: 2, uniqueItems: true, items: { type: 'string', minLength: 3, maxLength: 8 } },
      total: { type: 'number', minimum: 0, multipleOf: 0.01 },
      note: { type: ['string', 'null'], 'gw:example': '"Ring twice"' },
    },
    additionalProperties: false,
  };

  it('makes what is declared, with the examples of its parts', () => {
    const { value, conforms } = made(order) ?? {};
    expect(conforms).toBe(true);
    expect(value).toMatchObject({ note: 'Ring twice', id: expect.stringMatching(/^[0-9a-f-]{36}$/), items: expect.any(Array) });
  });

  it('is the same for the same seed, and another for another', () => {
    expect(made(order)).toEqual(made(order));
    expect(made(order)?.value).not.toEqual(made(order, {}, 'GET /others')?.value);
  });

  it('leaves examples out that do not fit', () => {
    const schema: Json = { type: 'object', properties: { day: { type: 'string', format: 'date', 'gw:example': '"tomorrow"' } } };
    expect(made(schema)).toEqual({ conforms: true, value: { day: expect.stringMatching(/^2026-\d\d-\d\d$/) } });
  });

  it('takes a branch of a choice, with the tag that names it', () => {
    const schema: Json = {
      'gw:discriminator': {
        propertyName: 'kind',
        mapping: { card: 0, cash: 1 },
        oneOf: [{ $ref: 'gw:s1' }, { $ref: 'gw:s2' }],
      },
    };
    const pool: Readonly<Record<string, Json>> = {
      s1: { type: 'object', required: ['number'], properties: { number: { type: 'string', pattern: '^\\d{16}$' } } },
      s2: {
        type: 'object',
        required: ['received'],
        properties: { received: { type: 'integer', exclusiveMinimum: 5, maximum: 7 } },
      },
    };
    expect(made(schema, pool)).toMatchObject({ conforms: true, value: { kind: 'card' } });
  });

  it('unites all parts of a composition', () => {
    const schema: Json = {
      allOf: [
        { $ref: 'gw:s1' },
        { type: 'object', required: ['b'], properties: { b: { type: 'integer', minimum: 3, maximum: 3 } } },
      ],
    };
    expect(made(schema, { s1: { type: 'object', required: ['a'], properties: { a: { const: 1 } } } })?.value).toEqual({
      a: 1,
      b: 3,
    });
  });

  it('ends where schemas do not', () => {
    const tree: Json = {
      type: 'object',
      required: ['left'],
      properties: { left: { anyOf: [{ $ref: 'gw:s1' }, { type: 'null' }] }, right: { $ref: 'gw:s1' } },
    };
    expect(made({ $ref: 'gw:s1' }, { s1: tree })).toBeDefined();
    expect(made({ $ref: 'gw:s1' }, { s1: { $ref: 'gw:s1' } })).toBeDefined();
  });

  it('gives what it has where nothing fits, and nothing where nothing is allowed', () => {
    expect(made({ oneOf: [{ type: 'object' }, { type: 'object' }] })).toEqual({ conforms: false, value: {} });
    expect(made(false)).toBeUndefined();
  });

  it('keeps names that every object has', () => {
    const schema: Json = JSON.parse('{"type":"object","properties":{"__proto__":{"const":1},"constructor":{"const":2}}}');
    expect(JSON.stringify(made(schema)?.value)).toBe('{"__proto__":1,"constructor":2}');
  });
});
