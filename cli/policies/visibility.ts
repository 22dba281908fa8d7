import { defineKey, noCheck, ranked } from '../plan/key.ts';
import { oneOf } from '../plan/shape.ts';

export default defineKey({
  key: 'visibility',
  levels: ['root', 'path', 'operation'],
  summary: 'listed; unlisted: served, but left out of the published document; disabled: not built.',
  schema: oneOf('listed', 'unlisted', 'disabled'),
  check: noCheck,
  lower: (authored) => authored,
  compare: ranked('listed', 'unlisted', 'disabled'),
  stage: 'route',
  runtime: 'plan',
});
