import { routeTable } from '../../../../cli/emit/matcher.ts';
import type { RouteSpec } from '../../../../runtime/gateway-spec.ts';
import type { RouteTable } from '../../../../runtime/route/table.ts';
import { route } from '../../../support/routing.ts';

/** The route table for hand-written routes; `{name+}` takes the rest of the path. */
export function tableOf(routes: readonly RouteSpec[]): RouteTable {
  return routeTable(routes.map(({ method, template }) => route(`${method} ${template}`)));
}
