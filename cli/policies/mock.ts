import { defineKey, noCheck, unordered } from '../plan/key.ts';
import { anything, count, either, map, object, type Shape, text } from '../plan/shape.ts';
import { headerName, headerValue } from './header-names.ts';

const isTrue: Shape<true> = {
  schema: { const: true },
  check(value, keys, report) {
    if (value !== true) report(keys, 'value', `'mock' must be true, or an answer`, 'Write null to take an inherited one away.');
  },
};

const answer = object({ status: count(200, 599), headers: map(text(headerValue), headerName), body: anything });

export default defineKey({
  key: 'mock',
  levels: ['root', 'path', 'operation'],
  summary:
    'Answers without an upstream: `true` gives the examples of the document, or values that fit its schemas; an object is the answer itself.',
  schema: either({ when: (value) => typeof value === 'boolean', shape: isTrue }, answer),
  check: noCheck,
  lower: (authored) => authored,
  compare: unordered,
  stage: 'route',
  runtime: 'plan',
});
