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
const rarely = <T>(arbitrary: fc.Arbitrary<T[]>): fc.Arbitrary<T[]> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant<T[]>([]) }, { weight: 2, arbitrary });

/** Routes share few templates, so that methods, hosts and conditions compete. */
const plannedRoute = (templates: readonly string[]): fc.Arbitrary<RoutePlan> =>
  fc
    .tuple(
      fc.constantFrom('GET', 'POST', 'HEAD', 'OPTIONS', 'QUERY'),
      fc.constantFrom(...templates),
      rarely(fc.uniqueArray(fc.constantFrom('h.a.example', '*.a.example', '*.example', 'other'), { maxLength: 2 })),
      rarely(fc.array(condition, { maxLength: 2 })),
    )
    .map(([method, path, hosts, conditions]) => ({
      ...route(`${method} ${path}`, { hosts, conditions }),
      id: `${method} ${path} ${hosts} ${JSON.stringify(conditions)}`,
    }));

const words = 'a b c %C3%A9 A a.json v.a.json aa aaa b..a ... ..... a.b.a x..b.a x:b a.a a1a . x%c3%A9'.split(' ');
const pathSegment = fc.constantFrom(...words, '');
const text = fc.constantFrom('1', '2', '3');

/** Paths of the templates with all sorts of values, and any others. */
const requestPath = (templates: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    fc.array(pathSegment, { minLength: 1, maxLength: 5 }).map((segments) => `/${segments.join('/')}`),
    fc
      .tuple(fc.constantFrom(...templates), fc.array(fc.constantFrom(...words, 'a/b'), { minLength: 6, maxLength: 6 }))
      .map(([path, values]) =>
        path.replaceAll(/\{p(\d)\+?\}/g, (_, i: string) => values[Number(i) % 6] ?? '').replaceAll('é', '%c3%a9'),
      ),
  );

const request = (templates: readonly string[]) =>
  fc.record({
    method: fc.constantFrom('GET', 'POST', 'HEAD', 'OPTIONS', 'QUERY', 'PUT'),
    host: fc.constantFrom('h.a.example', 'x.a.example', 'x.y.a.example', 'a.example', 'example', 'other', 'b'),
    path: requestPath(templates),
    headers: fc.dictionary(fc.constantFrom('x', 'y'), text),
    query: fc.dictionary(fc.constantFrom('x', 'y'), text),
  });
type Request = ReturnType<typeof request> extends fc.Arbitrary<infer T> ? T : never;

const templates = fc.array(template, { minLength: 1, maxLength: 8 });
const gateway = templates.chain((pool) =>
  fc.tuple(fc.array(plannedRoute(pool), { maxLength: 25 }), fc.array(request(pool), { minLength: 30, maxLength: 30 })),
);

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
      fc.asyncProperty(gateway, async ([routes, requests]) => {
        const found = await decisions(routes, requests);
        const expected = requests.map((one) => {
          const path = normalizePath(one.path);
          return path === undefined ? '400' : referenceDecision(routes, { ...one, path });
        });
        expect(found).toEqual(expected);
      }),
      { numRuns: 600 },
    );
  });

  it('decides the same whatever the order of the routes', async () => {
    const shuffled = gateway.chain(([routes, requests]) => {
      const keys = routes.map((one) => `${one.method} ${normalizedShape(one)} ${one.conditions.length}`);
      const distinct = routes.filter((_, i) => keys.indexOf(keys[i] ?? '') === i);
      const all = { minLength: distinct.length, maxLength: distinct.length };
      return fc.tuple(fc.constant(distinct), fc.shuffledSubarray(distinct, all), fc.constant(requests));
    });
    await fc.assert(
      fc.asyncProperty(shuffled, async ([routes, others, requests]) => {
        expect(await decisions(others, requests)).toEqual(await decisions(routes, requests));
      }),
      { numRuns: 200 },
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
