import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Condition, RoutePlan } from '../../cli/plan/ir.ts';
import { normalizePath } from '../../runtime/route/normalize.ts';
import { queryValue } from '../../runtime/route/query.ts';
import { referenceDecision } from '../support/reference-matcher.ts';
import { decide, route, routerOf } from '../support/routing.ts';

const templateSegment = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'c', 'é', '%c3%a9', '%41', 'A', 'a.json', '') },
  { weight: 3, arbitrary: fc.constantFrom('{.}.json', 'a{.}', '{.}a', '{.}..{.}', '{.}.{.}.a', '{.}:b', 'a{.}a', '{.}é') },
  { weight: 4, arbitrary: fc.constant('{.}') },
);
const template = fc
  .tuple(fc.array(templateSegment, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([segments, rest]) => named(`/${segments.join('/')}${rest ? '/{.+}' : ''}`));

/** Gives each parameter a name of its own. */
function named(path: string): string {
  let next = 0;
  return path.replaceAll(/\{\.(\+?)\}/g, (_, plus: string) => `{p${next++}${plus}}`);
}

const condition: fc.Arbitrary<Condition> = fc.record({
  in: fc.constantFrom('header', 'query'),
  name: fc.constantFrom('x', 'y'),
  equals: fc.constantFrom('1', '2'),
});
const plannedRoute = fc
  .tuple(
    fc.constantFrom('GET', 'POST', 'HEAD', 'OPTIONS', 'QUERY'),
    template,
    fc.uniqueArray(fc.constantFrom('h.a.example', '*.a.example', '*.example', 'other'), { maxLength: 2 }),
    fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(condition, { maxLength: 2 }) }),
  )
  .map(([method, path, hosts, conditions]) => ({ ...route(`${method} ${path}`, { hosts, conditions }) }))
  .map((one) => ({ ...one, id: `${one.method} ${one.template} ${one.hosts} ${JSON.stringify(one.conditions)}` }));

const pathSegment = fc.constantFrom(
  'a',
  'b',
  'c',
  '%C3%A9',
  'A',
  'a.json',
  'aa',
  'aaa',
  'b..a',
  '...',
  'a.b.a',
  'x:b',
  '.',
  '',
  'x%c3%A9',
);
const text = fc.constantFrom('1', '2', '3');
const request = fc.record({
  method: fc.constantFrom('GET', 'POST', 'HEAD', 'OPTIONS', 'QUERY', 'PUT'),
  host: fc.constantFrom('h.a.example', 'x.a.example', 'x.y.a.example', 'a.example', 'example', 'other', 'b'),
  path: fc.array(pathSegment, { minLength: 1, maxLength: 5 }).map((segments) => `/${segments.join('/')}`),
  headers: fc.dictionary(fc.constantFrom('x', 'y'), text),
  query: fc.dictionary(fc.constantFrom('x', 'y'), text),
});
type Request = typeof request extends fc.Arbitrary<infer T> ? T : never;

async function decisions(routes: readonly RoutePlan[], requests: readonly Request[]): Promise<string[]> {
  const router = await routerOf(routes);
  return requests.map(({ method, host, path, headers, query }) => {
    const target = `${path}?${new URLSearchParams(query)}`;
    return decide(router, routes, { method, target, host, headers });
  });
}

describe('the walk over the route table', () => {
  it('decides like a matcher that tries every route', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(plannedRoute, { maxLength: 25 }),
        fc.array(request, { minLength: 30, maxLength: 30 }),
        async (routes, all) => {
          const found = await decisions(routes, all);
          const expected = all.map((one) => {
            const path = normalizePath(one.path);
            return path === undefined ? '400' : referenceDecision(routes, { ...one, path });
          });
          expect(found).toEqual(expected);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('decides the same whatever the order of the routes', async () => {
    const distinct = fc.uniqueArray(plannedRoute, {
      maxLength: 20,
      selector: (one) => `${one.method} ${normalizedShape(one)} ${one.conditions.length}`,
    });
    const shuffled = distinct.chain((routes) =>
      fc.tuple(fc.constant(routes), fc.shuffledSubarray(routes, { minLength: routes.length, maxLength: routes.length })),
    );
    await fc.assert(
      fc.asyncProperty(shuffled, fc.array(request, { minLength: 20, maxLength: 20 }), async ([routes, others], all) => {
        expect(await decisions(others, all)).toEqual(await decisions(routes, all));
      }),
      { numRuns: 150 },
    );
  });
});

function normalizedShape({ template: path }: RoutePlan): string {
  return path
    .replaceAll(/\{p\d+/g, '{')
    .replaceAll('é', '%C3%A9')
    .replaceAll('%c3%a9', '%C3%A9')
    .replaceAll('%41', 'A');
}

describe('queryValue', () => {
  it('agrees with URLSearchParams', () => {
    const name = fc.constantFrom('a', 'b', 'a b', 'é', '', 'a+b');
    const raw = fc.constantFrom('a', 'b', 'a+b', 'a%20b', '%61', '%C3%A9', '', 'a%2Bb', '%c3%a9', 'ab');
    const pair = fc.tuple(raw, fc.constantFrom('', '=', '=1', '=%41+', '==', '=%26')).map((both) => both.join(''));
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 6 }), name, (pairs, wanted) => {
        const query = pairs.filter((one) => one !== '').join('&');
        expect(queryValue(query, wanted) ?? null).toBe(new URLSearchParams(query).get(wanted));
      }),
    );
  });
});
