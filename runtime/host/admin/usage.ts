import type { Reply } from '../../contract.ts';
import { type AdminCall, ok } from './call.ts';
import { routeTexts } from './routes.ts';

/** LC-5: requests by consumer, operation, version and day (UTC), since the process started. */
export function usage({ gateway, query }: AdminCall): Reply {
  const { routes, values } = routeTexts(gateway);
  const known = new Map(routes.map((route) => [route.id, route]));
  const [consumer, since] = [query.get('consumer'), query.get('since') ?? ''];
  const onlyDeprecated = query.get('deprecated') === 'true';
  const rows = gateway.threads.usage.rows().flatMap((row) => {
    const route = known.get(row.route);
    const own = route?.values.map((index) => values[index]) ?? [];
    const written = (key: string): unknown => own.find((value) => value?.key === key && value.skipped === undefined)?.value;
    const deprecated = route?.deprecated === true || written('lifecycle.deprecated') !== undefined;
    if ((onlyDeprecated && !deprecated) || (consumer !== null && row.consumer !== consumer) || row.day < since) return [];
    const version = written('version');
    const name: unknown = typeof version === 'object' && version !== null ? Reflect.get(version, 'name') : undefined;
    const sunset = written('lifecycle.sunset');
    return [
      {
        ...row,
        ...(route === undefined ? {} : { method: route.method, template: route.template }),
        ...(name === undefined ? {} : { version: name }),
        ...(deprecated ? { deprecated } : {}),
        ...(sunset === undefined ? {} : { sunset }),
      },
    ];
  });
  return ok({ usage: rows });
}
