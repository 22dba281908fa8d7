import type { Json } from './ir.ts';

/** Plain data of a document as JSON of the plan. Keys are own properties, `__proto__` included. */
export function json(value: unknown): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.map(json);
  if (typeof value !== 'object') return null;
  return Object.fromEntries(Object.entries(value).map(([key, member]): [string, Json] => [key, json(member)]));
}
