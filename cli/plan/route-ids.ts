/** What a route is named after. */
export interface RouteName {
  readonly operationId: string | undefined;
  readonly method: string;
  readonly template: string;
}

/** Ids of routes, safe in URLs and unique: the operationId, else method and template. Equal names are numbered in the order given. */
export function routeIds(routes: readonly RouteName[]): readonly string[] {
  const taken = new Set<string>();
  return routes.map(({ operationId, method, template }) => {
    const name = safe(operationId ?? '') || safe(`${method} ${template}`) || 'route';
    let id = name;
    for (let count = 2; taken.has(id); count++) id = `${name}-${count}`;
    taken.add(id);
    return id;
  });
}

function safe(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9._~-]+/g, '-').replaceAll(/^-+|-+$/g, '');
}
