import type { HeaderLimitsOptions } from '../../runtime/policies/header-limits.ts';
import { defineKey, noCheck, unordered } from '../plan/key.ts';
import { count, object, size } from '../plan/shape.ts';
import { bytes } from '../plan/units.ts';

export default defineKey({
  key: 'limits.headers',
  levels: ['root', 'path', 'operation'],
  summary: 'How many request header fields, and how many bytes of them, are accepted.',
  schema: object({ count: count(1), bytes: size({ minimum: '1B' }) }),
  check: noCheck,
  lower: (authored): HeaderLimitsOptions => ({
    ...(authored.count === undefined ? {} : { maxCount: authored.count }),
    ...(authored.bytes === undefined ? {} : { maxBytes: bytes(authored.bytes) }),
  }),
  compare: unordered,
  stage: 'size',
  runtime: { module: 'policies/header-limits', factory: 'headerLimits' },
});
