import type { QueryLimitOptions } from '../../runtime/policies/query-limit.ts';
import { defineKey, noCheck, unordered } from '../plan/key.ts';
import { count, object, size } from '../plan/shape.ts';
import { bytes } from '../plan/units.ts';

export default defineKey({
  key: 'limits.query',
  levels: ['root', 'path', 'operation'],
  summary: 'How many query parameters, and how many bytes of query, are accepted.',
  schema: object({ count: count(), bytes: size() }),
  check: noCheck,
  lower: (authored): QueryLimitOptions => ({
    ...(authored.count === undefined ? {} : { maxCount: authored.count }),
    ...(authored.bytes === undefined ? {} : { maxBytes: bytes(authored.bytes) }),
  }),
  compare: unordered,
  stage: 'size',
  runtime: { module: 'policies/query-limit', factory: 'queryLimit' },
});
