import { describe, expect, it } from 'vitest';
import { compareParts, emitMatcher, routeTable } from '../../../cli/emit/matcher.ts';
import type { RoutePlan } from '../../../cli/plan/ir.ts';
import { matchRoute, NO_ROUTE } from '../../../runtime/route/match.ts';
import { createRouter } from '../../../runtime/route/table.ts';
import { decide, loadTable, route } from '../../support/routing.ts';

/** Routes of many services, static and with parameters. */
function manyRoutes(count: number): RoutePlan[] {
  const shapes = ['GET /s/r', 'POST /s/r', 'GET /s/r/{id}', 'GET /s/r/{id}.json', 'PUT /s/r/{id}/lines/{line}'];
  return Array.from({ length: count }, (_, i) => {
    const shape = shapes[i % shapes.length] ?? '';
    return route(shape.replace('/s/r', `/service${i % 97}/resource${Math.floor(i / shapes.length)}`));
  });
}

describe('emitMatcher', () => {
  it('writes one constant of ASCII data that evaluates to the table', async () => {
    const routes = [route('GET /café/</script>'), route('GET /\u2028"`${x}`/{__proto__}'), route('GET /__proto__/{id}')];
    const text = emitMatcher({ routes });
    expect(text).toMatch(/^export const table = JSON\.parse\("[\x20-\x7e]*"\);\n$/);
    expect(text).not.toContain('</script');
    expect(await loadTable(text)).toEqual(routeTable(routes));
  });

  it('writes the same text for the same routes', () => {
    expect(emitMatcher({ routes: manyRoutes(300) })).toBe(emitMatcher({ routes: manyRoutes(300) }));
  });

  it('finds each of 10,000 routes, and grows in data only', async () => {
    const routes = manyRoutes(10_000);
    const text = emitMatcher({ routes });
    expect(text.match(/=>|function|RegExp/g)).toBeNull();
    const router = createRouter(await loadTable(text), () => 0);
    const missed = routes.filter(({ id, method, template }) => {
      const target = template.replaceAll(/\{\w+\}/g, 'v');
      return decide(router, routes, { method, target }).split(' ').slice(0, 2).join(' ') !== id;
    });
    expect(missed).toEqual([]);
  });

  it('gives hosts with the same routes one tree', () => {
    const { hosts, nodes } = routeTable([route('GET /a', { hosts: ['b.example', 'a.example', 'b.example'] })]);
    expect(hosts).toEqual([
      { pattern: 'a.example', root: 0 },
      { pattern: 'b.example', root: 0 },
    ]);
    expect(nodes).toHaveLength(2);
  });

  it('takes the template / with one empty segment or none', () => {
    const root = route('GET /');
    expect(routeTable([{ ...root, segments: [] }])).toEqual(routeTable([root]));
  });

  it('takes templates of thousands of segments and refuses paths of thousands', async () => {
    const routes = [route(`GET ${'/a'.repeat(4000)}`), route(`GET ${'/{x}'.repeat(4000)}`)];
    const router = createRouter(await loadTable(emitMatcher({ routes })), () => 0);
    expect(decide(router, routes, { method: 'GET', target: '/a'.repeat(4000) })).toBe(routes[0]?.id);
    expect(decide(router, routes, { method: 'GET', target: '/b'.repeat(4000) })).toMatch(/ x=b$/);
    expect(decide(router, routes, { method: 'GET', target: '/a'.repeat(4001) })).toBe('404');
    expect(decide(router, routes, { method: 'PUT', target: '/a'.repeat(4000) })).toBe('405 GET, HEAD, OPTIONS');
  });

  it('looks at each route that matches the path once, whatever the path', async () => {
    const levels = 10;
    const conditions = [{ in: 'header', name: 'x', equals: 'never' }] as const;
    const routes = Array.from({ length: 2 ** levels }, (_, bits) => {
      const segments = Array.from({ length: levels }, (_, level) => ((bits >> level) & 1 ? '/a' : '/{x}'));
      return route(`GET ${segments.join('')}/end`, { conditions });
    });
    const router = createRouter(await loadTable(emitMatcher({ routes })), () => 0);
    const looks = (path: string): number => {
      let count = 0;
      const header = () => {
        count++;
        return undefined;
      };
      expect(matchRoute(router, 'h', 'GET', path, [], { query: '', header })).toBe(NO_ROUTE);
      return count;
    };
    expect(looks(`${'/a'.repeat(levels)}/end`)).toBe(2 ** levels);
    expect(looks(`/b${'/a'.repeat(levels - 1)}/end`)).toBe(2 ** (levels - 1));
    expect(looks(`${'/b'.repeat(levels)}/end`)).toBe(1);
    expect(looks('/a'.repeat(4000))).toBe(0);
  });

  it('refuses a plan that the walk could not serve', () => {
    const plan = route('GET /{a}/{b}');
    expect(() => routeTable([{ ...plan, segments: plan.segments.toReversed() }])).toThrow(/left to right/);
    expect(() => routeTable([{ ...plan, segments: [{ kind: 'template', parts: [0, 1, 'x'] }] }])).toThrow(/alternate/);
    expect(() => routeTable([{ ...plan, segments: [{ kind: 'rest', parameter: 0 }, ...plan.segments] }])).toThrow(/not last/);
  });
});

describe('compareParts', () => {
  it('puts more literal characters first, then fewer parameters, then the text', () => {
    const ordered = [
      [0, '.min.json'],
      [0, '.json'],
      ['a', 0, 'b'],
      [0, 'ab'],
      [0, 'a', 0, 'b', 0],
      ['v', 0],
      [0, 'v'],
    ];
    expect(ordered.toReversed().sort(compareParts)).toEqual([
      [0, '.min.json'],
      [0, '.json'],
      [0, 'ab'],
      ['a', 0, 'b'],
      [0, 'a', 0, 'b', 0],
      ['v', 0],
      [0, 'v'],
    ]);
  });
});
