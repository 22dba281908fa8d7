import type { Reply } from '../../contract.ts';
import { explainMatch } from '../../route/explain.ts';
import type { Gateway } from '../gateway.ts';
import { type AdminCall, ok, refusal } from './call.ts';
import { type RouteText, routeTextsOf, type ValueText } from './route-texts.ts';

/** The route of an id with its effective values; undefined when there is none. */
export function routeOf(
  gateway: Gateway,
  id: string,
): (Omit<RouteText, 'values'> & { readonly values: readonly ValueText[] }) | undefined {
  const { values, routes: list } = routeTextsOf(gateway.bundle);
  const found = list.find((one) => one.id === id);
  return found === undefined ? undefined : { ...found, values: found.values.flatMap((index) => values[index] ?? []) };
}

/** All routes, or `?limit=` of them `&after=` an id: then `next` is the id to go on after. */
export function routes({ gateway, query }: AdminCall): Reply {
  const all = routeTextsOf(gateway.bundle).routes.map(({ values: _, ...rest }) => rest);
  const after = query.get('after');
  const start = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
  if (after !== null && start === 0)
    return refusal(400, 'bad-request', 'Bad Request', `There is no route '${after}' to go on after.`);
  const page = all.slice(start, start + Number(query.get('limit') ?? all.length));
  const next = start + page.length < all.length ? page.at(-1)?.id : undefined;
  return ok({ name: gateway.bundle.parts.gateway.name, routes: page, ...(next === undefined ? {} : { next }) });
}

/** One route with its effective configuration: where each value was written. */
export function route({ gateway, path }: AdminCall): Reply {
  const found = routeOf(gateway, path(0));
  return found === undefined ? unknownRoute(path(0)) : ok(found);
}

export function unknownRoute(id: string): Reply {
  return refusal(404, 'not-found', 'Not Found', `There is no route '${id}'.`);
}

/** Which route a request would take, and why not another: `?method=GET&url=/v2/orders/42`, with `host=…` and `header=name:value`. */
export function match({ gateway, query }: AdminCall): Reply {
  const asked = /^(?:https?:\/\/([^/?#]+))?(\/[!-~]*)$/i.exec(query.get('url') ?? '');
  const [, authority, target] = asked ?? [];
  if (target === undefined) return refusal(400, 'bad-request', 'Bad Request', 'Say which request: ?method=GET&url=/path');
  const headers = new Map(
    query.getAll('header').map((text): [string, string] => {
      const [name = '', ...value] = text.split(':');
      return [name.trim().toLowerCase(), value.join(':').trim()];
    }),
  );
  const { table, gateway: spec } = gateway.bundle.parts;
  const method = (query.get('method') ?? 'GET').toUpperCase();
  const host = (query.get('host') ?? authority ?? '').replace(/:\d*$/, '').toLowerCase();
  const { route: taken, candidates, captures, ...rest } = explainMatch(table, { method, host, target, headers });
  const named = (index: number): object => {
    const { id, method: of, template } = spec.routes[index] ?? {};
    return { id, method: of, template };
  };
  const parameters = taken === undefined ? [] : (spec.routes[taken]?.parameterNames ?? []);
  return ok({
    ...rest,
    route: taken === undefined ? null : named(taken),
    parameters: Object.fromEntries(parameters.map((name, index) => [name, captures[index]])),
    candidates: candidates.map(({ route: index, ...why }) => ({ ...named(index), ...why })),
  });
}
