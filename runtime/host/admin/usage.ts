import type { Reply } from '../../contract.ts';
import { USAGE_CLASSES, type UsageRow } from '../usage/usage.ts';
import { type AdminCall, ok, refusal } from './call.ts';

const MOST_ON_A_PAGE = 1_000;

/** LC-5: requests by consumer, operation, version and day (UTC), since the process started; page by page. */
export function usage({ gateway, query }: AdminCall): Reply {
  const [consumer, since, after] = [query.get('consumer'), query.get('since') ?? '', query.get('after')];
  const onlyDeprecated = query.get('deprecated') === 'true';
  const most = Number(query.get('limit') ?? MOST_ON_A_PAGE);
  const rows = gateway.usage.rows(after === null ? undefined : Buffer.from(after, 'base64url').toString());
  if (rows === undefined) return refusal(400, 'bad-request', 'Bad Request', 'There is no such row to go on after; begin anew.');
  const page: UsageRow[] = [];
  for (const row of rows) {
    if (onlyDeprecated && row.facts?.deprecated !== true) continue;
    if ((consumer !== null && row.consumer !== consumer) || row.day < since) continue;
    if (page.length === most) {
      const last = Buffer.from(page.at(-1)?.key ?? '').toString('base64url');
      return ok({ usage: page.map(shown), next: last });
    }
    page.push(row);
  }
  return ok({ usage: page.map(shown) });
}

function shown({ facts, counts, consumer, route, day, requests, lastSeen }: UsageRow): object {
  const statuses = USAGE_CLASSES.map((name, index) => [name, counts[index] ?? 0] as const).filter(([, count]) => count > 0);
  return {
    ...{ consumer, route, day, requests, statuses: Object.fromEntries(statuses), lastSeen },
    ...(facts === undefined ? {} : { method: facts.method, template: facts.template }),
    ...(facts?.version === undefined ? {} : { version: facts.version }),
    ...(facts?.deprecated === true ? { deprecated: true } : {}),
    ...(facts?.sunset === undefined ? {} : { sunset: facts.sunset }),
  };
}
