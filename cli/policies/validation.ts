import { defineKey, noCheck, ranked } from '../plan/key.ts';
import { oneOf } from '../plan/shape.ts';

/** How requests are held to the document. `cli/plan/validation.ts` makes the policies out of all three together. */
export const request = defineKey({
  key: 'validation.request',
  levels: ['root', 'path', 'operation'],
  summary: 'Whether parameters and bodies that break the document are refused, reported, or not looked at.',
  schema: oneOf('enforce', 'report', 'none'),
  check: noCheck,
  lower: (authored) => authored,
  compare: ranked('none', 'report', 'enforce'),
  stage: 'route',
  runtime: 'plan',
});

export const response = defineKey({
  key: 'validation.response',
  levels: ['root', 'path', 'operation'],
  summary: 'Whether answers that break the document are refused, reported, or not looked at.',
  schema: oneOf('enforce', 'report', 'none'),
  check: noCheck,
  lower: (authored) => authored,
  compare: ranked('none', 'report', 'enforce'),
  stage: 'route',
  runtime: 'plan',
});

export const unknownQuery = defineKey({
  key: 'validation.unknownQuery',
  levels: ['root', 'path', 'operation'],
  summary: 'What happens to query parameters that the document does not declare.',
  schema: oneOf('allow', 'strip', 'reject'),
  check: noCheck,
  lower: (authored) => authored,
  compare: ranked('allow', 'strip', 'reject'),
  stage: 'route',
  runtime: 'plan',
});
