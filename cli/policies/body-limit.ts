import type { BodyLimitOptions } from '../../runtime/policies/body-limit.ts';
import { defineKey, larger, noCheck } from '../plan/key.ts';
import { size } from '../plan/shape.ts';
import { bytes } from '../plan/units.ts';

export default defineKey({
  key: 'limits.body',
  levels: ['root', 'path', 'operation'],
  summary: 'Largest accepted request body. A request may bring one whether or not the document declares it.',
  schema: size(),
  check: noCheck,
  lower: (authored): BodyLimitOptions => ({ maxBytes: bytes(authored) }),
  compare: larger('weaker', bytes),
  stage: 'size',
  runtime: { module: 'policies/body-limit', factory: 'bodyLimit' },
});
