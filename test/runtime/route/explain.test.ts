import { describe, expect, it } from 'vitest';
import { routeTable } from '../../../cli/emit/matcher.ts';
import { explainMatch, type MatchQuestion } from '../../../runtime/route/explain.ts';
import { routePlan } from '../../support/plan.ts';

const mobile = { ...routePlan('GET /orders/{id}'), conditions: [{ in: 'header' as const, name: 'x-client', equals: 'mobile' }] };
const routes = [
  routePlan('GET /orders/{id}'),
  mobile,
  routePlan('PUT /orders/{id}'),
  routePlan('GET /orders/search'),
  routePlan('GET /{any}/{id}'),
];
const table = routeTable(routes);

function ask(request: string, headers: Readonly<Record<string, string>> = {}): ReturnType<typeof explainMatch> {
  const [method = '', target = ''] = request.split(' ');
  const question: MatchQuestion = { method, target, host: 'a.example', headers: new Map(Object.entries(headers)) };
  return explainMatch(table, question);
}

describe('explainMatch', () => {
  it('names the route, its parameters and why the others lost', () => {
    expect(ask('GET /orders/./42?full=1')).toEqual({
      path: '/orders/42',
      query: 'full=1',
      route: 0,
      captures: ['42'],
      status: undefined,
      allow: undefined,
      candidates: [
        { route: 1, lost: 'condition', detail: 'header x-client is absent, not "mobile"' },
        { route: 0 },
        { route: 2, lost: 'method' },
        { route: 4, lost: 'less-specific' },
      ],
    });
  });

  it('follows conditions', () => {
    expect(ask('GET /orders/42', { 'x-client': 'mobile' })).toMatchObject({ route: 1 });
    expect(ask('GET /orders/42', { 'x-client': 'web' }).candidates[0]).toMatchObject({
      detail: 'header x-client is "web", not "mobile"',
    });
  });

  it('answers HEAD by the GET route', () => {
    expect(ask('HEAD /orders/42')).toMatchObject({ route: 0 });
  });

  it('says what the gateway answers when no route accepts', () => {
    expect(ask('DELETE /orders/42')).toMatchObject({ route: undefined, status: 405, allow: 'GET, HEAD, OPTIONS, PUT' });
    expect(ask('GET /nowhere')).toMatchObject({ status: 404, candidates: [] });
    expect(ask('GET /orders/%00')).toMatchObject({ path: undefined, status: 400 });
  });
});
