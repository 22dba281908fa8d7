import { defineKey, type Key, larger, noCheck } from '../plan/key.ts';
import { duration } from '../plan/shape.ts';
import { milliseconds } from '../plan/units.ts';

function timeout(name: string, summary: string): Key<number> {
  return defineKey({
    key: `timeouts.${name}`,
    levels: ['root', 'path', 'operation'],
    summary,
    schema: duration(),
    check: noCheck,
    lower: milliseconds,
    compare: larger('weaker', milliseconds),
    stage: 'route',
    runtime: 'plan',
  });
}

/** TO-1. Milliseconds once lowered. */
export const timeouts = {
  total: timeout('total', 'Deadline of the whole exchange, from the arrival of the request.'),
  connect: timeout('connect', 'Longest wait for a connection to the upstream.'),
  firstByte: timeout('firstByte', 'Longest wait from the connection to the head of the answer.'),
  idle: timeout('idle', 'Longest pause between two pieces of a body.'),
};

export const perTry = defineKey({
  key: 'timeouts.perTry',
  levels: ['root', 'path', 'operation'],
  summary: 'Deadline of one attempt, where a request is tried again.',
  schema: duration(),
  check(_authored, { inapplicable }) {
    inapplicable('no request is tried again: retries are not yet supported');
  },
  lower: milliseconds,
  compare: larger('weaker', milliseconds),
  stage: 'route',
  runtime: 'plan',
});
