import type { LimitHeadersOptions } from '../../runtime/policies/limit-headers.ts';
import { defineKey, noCheck, unordered } from '../plan/key.ts';
import { oneOf } from '../plan/shape.ts';

/** RL-16. */
export default defineKey({
  key: 'limits.fields',
  levels: ['root', 'path', 'operation'],
  summary: 'Which header fields tell callers what is left: `RateLimit` (ietf), `X-RateLimit-*` (legacy), both, or none.',
  schema: oneOf('both', 'ietf', 'legacy', 'none'),
  check: noCheck,
  lower: (authored): LimitHeadersOptions['fields'] => authored,
  compare: unordered,
  stage: 'route',
  runtime: 'plan',
});
