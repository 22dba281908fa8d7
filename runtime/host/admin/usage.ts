import type { Reply } from '../../contract.ts';
import { USAGE_CLASSES } from '../usage/usage.ts';
import { type AdminCall, ok } from './call.ts';

/** LC-5: requests by consumer, operation, version and day (UTC), since the process started. */
export function usage({ gateway, query }: AdminCall): Reply {
  const [consumer, since] = [query.get('consumer'), query.get('since') ?? ''];
  const onlyDeprecated = query.get('deprecated') === 'true';
  const rows = gateway.usage.rows().flatMap(({ facts, counts, consumer: who, route, day, requests, lastSeen }) => {
    const deprecated = facts?.deprecated === true;
    if ((onlyDeprecated && !deprecated) || (consumer !== null && who !== consumer) || day < since) return [];
    const statuses = USAGE_CLASSES.map((name, index) => [name, counts[index] ?? 0] as const).filter(([, count]) => count > 0);
    return [
      {
        ...{ consumer: who, route, day, requests, statuses: Object.fromEntries(statuses), lastSeen },
        ...(facts === undefined ? {} : { method: facts.method, template: facts.template }),
        ...(facts?.version === undefined ? {} : { version: facts.version }),
        ...(deprecated ? { deprecated } : {}),
        ...(facts?.sunset === undefined ? {} : { sunset: facts.sunset }),
      },
    ];
  });
  return ok({ usage: rows });
}
