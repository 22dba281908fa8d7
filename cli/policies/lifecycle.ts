import { defineKey, type Key, noCheck, unordered } from '../plan/key.ts';
import { date, duration, either, list, object, oneOf, type Shape, text } from '../plan/shape.ts';
import { parseDate } from '../plan/units.ts';
import { hasDotSegment, unknownParameters } from './path-template.ts';

/** What a planned outage looks like: one window, or one that comes back every week. */
export interface BrownoutAuthored {
  readonly from?: string;
  readonly to?: string;
  readonly every?: string;
  readonly for?: string;
  readonly starting?: string;
  readonly ramp?: readonly string[];
  readonly exempt?: readonly string[];
}

const levels = ['root', 'path', 'operation'] as const;

function day(name: string, summary: string): Key<number> {
  return defineKey({
    key: `lifecycle.${name}`,
    levels,
    summary,
    schema: date,
    check: noCheck,
    lower: (authored) => parseDate(authored) ?? 0,
    compare: unordered,
    stage: 'route',
    runtime: 'plan',
  });
}

const location = text({
  pattern: /^(?:\/(?!\/)|https?:\/\/[A-Za-z0-9.:[\]-]+(?=[/]|$))[^\s#\\<>"]*$/,
  says: 'a path that begins with one /, or an http(s) URL',
});

const successor = defineKey({
  key: 'lifecycle.successor',
  levels,
  summary: 'Where callers find what comes next: a path over the same parameters, or a URL.',
  schema: location,
  check(authored, { operation, report }) {
    if (hasDotSegment(authored)) report('A successor has no dot segments');
    for (const name of unknownParameters(authored, operation)) {
      report(
        `${operation.mount}${operation.path} has no parameter {${name}}`,
        'A successor can hold the parameters of the path only.',
      );
    }
  },
  lower: (authored): string => authored,
  compare: unordered,
  stage: 'route',
  runtime: 'plan',
});

const docs = defineKey({
  key: 'lifecycle.docs',
  levels,
  summary: 'A page that says how to move on.',
  schema: text({ pattern: /^https?:\/\/[^\s<>"\\]+$/, says: 'an http(s) URL' }),
  check: noCheck,
  lower: (authored): string => authored,
  compare: unordered,
  stage: 'route',
  runtime: 'plan',
});

const afterSunset = defineKey({
  key: 'lifecycle.afterSunset',
  levels,
  summary: 'What happens to requests after the sunset: 410 (gone, the default), or they are served on.',
  schema: oneOf('gone', 'serve'),
  check: noCheck,
  lower: (authored): 'gone' | 'serve' => authored,
  compare: unordered,
  stage: 'route',
  runtime: 'plan',
});

const percent = text({ pattern: /^(?:100|[1-9]?\d)%$/, says: 'a percentage such as 5%' });
const names = list(text());
const recurring = object(
  {
    every: text({
      pattern: /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|day) (?:[01]\d|2[0-3]):[0-5]\dZ$/,
      says: 'a weekday or `day` and a time in UTC, such as Tue 14:00Z',
    }),
    for: duration({ maximum: '24h' }),
    starting: date,
    ramp: list(percent, { minimum: 1 }),
    exempt: names,
  },
  { required: ['every', 'for', 'starting'] },
);
const once = object({ from: date, to: date, ramp: list(percent, { minimum: 1 }), exempt: names }, { required: ['from', 'to'] });
const brownout: Shape<BrownoutAuthored> = either(
  { when: (value) => typeof value === 'object' && value !== null && 'every' in value, shape: recurring },
  once,
);

const brownouts = defineKey({
  key: 'lifecycle.brownouts',
  levels,
  summary: 'Short planned outages before the sunset, so that whoever still calls notices.',
  schema: list(brownout),
  check(authored, { report }) {
    for (const { from, to } of authored) {
      if (from === undefined || to === undefined) continue;
      if ((parseDate(from) ?? 0) >= (parseDate(to) ?? 0)) report(`A brown-out from ${from} to ${to} ends before it begins`);
    }
  },
  lower: (authored): readonly BrownoutAuthored[] => authored,
  compare: unordered,
  stage: 'route',
  runtime: 'plan',
});

/** LC-1: the group `lifecycle`. Dates lowered to milliseconds since the epoch; `cli/plan/lifecycle.ts` makes the policies of all of them. */
export const lifecycle = {
  deprecated: day('deprecated', 'Since when the operation is deprecated, or from when on it will be (RFC 9745).'),
  sunset: day('sunset', 'When the operation ends (RFC 8594).'),
  successor,
  docs,
  afterSunset,
  brownouts,
};
