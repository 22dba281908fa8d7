import { defineKey, noCheck, unordered } from '../plan/key.ts';
import { count, either, isText, list, object, type Shape, text } from '../plan/shape.ts';

/** Address of a service: scheme, host, port, and a path that every request is sent below. */
export const serviceUrl: Shape<string> = {
  schema: { type: 'string', pattern: '^https?://' },
  check(value, keys, report) {
    const problem = serviceUrlProblem(value);
    if (problem !== undefined) report(keys, 'value', `An upstream URL ${problem}`);
  },
};

/** What is wrong with an upstream URL; undefined when it is right. */
export function serviceUrlProblem(value: unknown): string | undefined {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (typeof value !== 'string' || url === undefined || !/^https?:\/\/[^/]/i.test(value)) {
    return 'must be absolute, such as http://orders:8080';
  }
  if (url.username !== '' || url.password !== '') return 'must not hold credentials';
  return /[?#]/.test(value) ? 'must not have a query or a fragment' : undefined;
}

const address = object(
  {
    url: serviceUrl,
    targets: list(object({ url: serviceUrl, weight: count(0, 10_000) }, { required: ['url'] }), { minimum: 1 }),
  },
  { exactlyOne: ['url', 'targets'] },
);

export default defineKey({
  key: 'upstream',
  levels: ['root', 'path', 'operation'],
  summary: 'The service behind the operation: a name of the gateway file, or where granted its address.',
  schema: either({ when: isText, shape: text({ says: 'the name of an upstream' }) }, address),
  check: noCheck,
  lower: (authored) => authored,
  compare: unordered,
  stage: 'route',
  runtime: 'plan',
});
