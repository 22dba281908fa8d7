import type { SimpleCheck } from '../../runtime/validate/options.ts';
import type { Json } from './ir.ts';

/**
 * A lowered schema as a check on the text of a parameter, where it is no more than a type, an enumeration and bounds; undefined where a
 * compiled validator is needed.
 */
export function simpleCheck(schema: Json): SimpleCheck | undefined {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return undefined;
  const fields = new Map(Object.entries(schema));
  const type = fields.get('type');
  if (type !== 'string' && type !== 'integer' && type !== 'number' && type !== 'boolean') return undefined;
  const check: { -readonly [K in keyof SimpleCheck]: SimpleCheck[K] } = { type };
  fields.delete('type');
  const values = fields.get('enum');
  if (values !== undefined) {
    if (!Array.isArray(values)) return undefined;
    check.enum = values.filter((value) => isOf(type, value));
    fields.delete('enum');
  }
  for (const keyword of type === 'string' ? LENGTHS : RANGES) {
    const limit = fields.get(keyword);
    if (limit === undefined) continue;
    if (typeof limit !== 'number' || !Number.isSafeInteger(limit) || type === 'boolean') return undefined;
    check[keyword] = limit;
    fields.delete(keyword);
  }
  const format = fields.get('format');
  if (type === 'integer' && (format === 'int32' || format === 'int64')) {
    check.format = format;
    fields.delete('format');
  }
  if (typeof format === 'string' && UNCHECKED.has(format)) fields.delete('format');
  return fields.size === 0 ? check : undefined;
}

const LENGTHS = ['minLength', 'maxLength'] as const;
const RANGES = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'] as const;
/** Annotations that real documents use most on parameters. */
const UNCHECKED = new Set(['double', 'password', 'binary']);

function isOf(type: SimpleCheck['type'], value: Json): value is string | number | boolean {
  if (type === 'integer') return typeof value === 'number' && Number.isInteger(value);
  return typeof value === type;
}
