import { expect, it } from 'vitest';
import { routeIds } from '../../../cli/plan/route-ids.ts';

it('names routes by operationId, else by method and template; safe in URLs and unique', () => {
  const name = (operationId: string | undefined, method = 'GET', template = '/v2/orders/{id}') => ({
    operationId,
    method,
    template,
  });
  expect(routeIds([name('list'), name('list'), name('list-2'), name(undefined), name('a b/ç'), name('…', 'GET', '/…')])).toEqual([
    'list',
    'list-2',
    'list-2-2',
    'GET-v2-orders-id',
    'a-b',
    'GET',
  ]);
});
