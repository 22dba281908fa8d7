import { defineKey, noCheck, unordered } from '../plan/key.ts';
import { text } from '../plan/shape.ts';

export default defineKey({
  key: 'owner',
  levels: ['root', 'path', 'operation'],
  summary: 'Id of the team that answers for the operation.',
  schema: text({ pattern: /^[A-Za-z0-9][A-Za-z0-9._-]*$/, says: 'a team id' }),
  check: noCheck,
  lower: (authored) => authored,
  compare: unordered,
  stage: 'route',
  runtime: 'plan',
});
