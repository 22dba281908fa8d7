import { defineKey, noCheck, unordered } from '../plan/key.ts';
import { list, text } from '../plan/shape.ts';

export default defineKey({
  key: 'audience',
  levels: ['root', 'path', 'operation'],
  summary: 'Who the operation is for. A gateway builds only operations whose audience it serves.',
  schema: list(text({ says: 'the name of an audience' }), { minimum: 1 }),
  check: noCheck,
  lower: (authored) => authored,
  compare: unordered,
  stage: 'route',
  runtime: 'plan',
});
