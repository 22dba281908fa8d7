/** Values that authors may write for a key of `x-gateway`, made from the schema of the key. */
import fc from 'fast-check';
import type { Key } from '../../cli/plan/key.ts';
import { fits } from '../../cli/plan/shape.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Values that fit a key at its first level. Few names and small numbers, so that two of them often have something in common. */
export function authoredValues(key: Key): fc.Arbitrary<unknown> {
  const [level] = key.levels;
  if (level === undefined) throw new Error(`${key.key} may be written nowhere`);
  const shape = key.schemaAt(level);
  return arbitraryOf(shape.schema).filter((value) => fits(shape, value));
}

function arbitraryOf(schema: Schema): fc.Arbitrary<unknown> {
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return fc.oneof(...choices.map((one) => arbitraryOf(asSchema(one))));
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  if ('const' in schema) return fc.constant(schema.const);
  switch (schema.type) {
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'integer':
      return numberOf(schema);
    case 'array':
      return fc.array(arbitraryOf(asSchema(schema.items)), { minLength: Number(schema.minItems ?? 0), maxLength: 3 });
    case 'object':
      return objectOf(schema);
    default:
      return textOf(schema);
  }
}

function numberOf({ minimum = 0, maximum }: Schema): fc.Arbitrary<number> {
  const least = Number(minimum);
  return fc.integer({ min: least, max: Math.min(least + 20, Number(maximum ?? least + 20)) });
}

/** Texts that patterns of the vocabulary want; the rest is made from the pattern. */
const texts: readonly string[] = [
  ...['a', 'b', 'c', 'free', 'default', '*'],
  ...['1s', '2s', '60s', '1m', '5m', '1h', '10ms'],
  ...['1B', '1KiB', '1024B', '2MiB'],
  ...['1/s', '60/m', '10/s', '20/m', '3600/h'],
  ...['2026-11-23', '2027-05-01', '2026-11-23T00:00:00Z'],
  ...['10.0.0.0/8', '192.0.2.1', '10.0.0.0/16', '::1'],
  ...['https://a.example.com', 'https://b.example.com', 'http://a.example.com', '/v2', '/v1/a'],
  ...[
    'X-One',
    'x-one',
    'X-Two',
    'Mon 10:00Z',
    'day 09:30Z',
    'path',
    'header:X-Version',
    'claim:org',
    'header:X-Tenant',
    '10%',
    '50%',
  ],
];

function textOf({ pattern }: Schema): fc.Arbitrary<string> {
  if (typeof pattern !== 'string') return fc.constantFrom('a', 'b', 'c');
  const wanted = new RegExp(pattern);
  const fitting = texts.filter((one) => wanted.test(one));
  if (fitting.length === 0) throw new Error(`no text fits ${pattern}`);
  return fc.constantFrom(...fitting);
}

function objectOf({ properties, required, additionalProperties, propertyNames }: Schema): fc.Arbitrary<unknown> {
  const names = Array.isArray(required) ? required.map(String) : [];
  const members = Object.entries(asSchema(properties));
  if (members.length > 0)
    return fc.record(Object.fromEntries(members.map(([name, one]) => [name, arbitraryOf(asSchema(one))])), {
      requiredKeys: names,
      noNullPrototype: true,
    });
  return fc.dictionary(textOf(asSchema(propertyNames)), arbitraryOf(asSchema(additionalProperties)), {
    maxKeys: 3,
    noNullPrototype: true,
  });
}

function asSchema(value: unknown): Schema {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
