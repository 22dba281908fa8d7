import { member } from '../load/pointer.ts';
import { printable } from '../report/escape.ts';
import { type AdminClient, adminClient } from './admin-client.ts';
import { type Options, text } from './input.ts';
import { print } from './output.ts';
import { table } from './routes.ts';

/** `gw usage`: who uses what of a running gateway (LC-5). */
export async function usage(options: Options): Promise<number> {
  const query = new URLSearchParams();
  for (const name of ['consumer', 'since']) {
    const value = text(options, name);
    if (value !== undefined) query.set(name, value);
  }
  if (options.deprecated === true) query.set('deprecated', 'true');
  const found = await allPages(adminClient(options), query);
  if (options.json === true) {
    await print(`${JSON.stringify({ usage: found }, null, 2)}\n`);
    return 0;
  }
  const rows = found.map((row) => {
    const cell = (name: string): string => String(member(row, name) ?? '-');
    return [
      cell('day'),
      cell('consumer'),
      `${cell('method')} ${cell('template')}`,
      cell('version'),
      cell('requests'),
      cell('lastSeen'),
      cell('sunset'),
    ].map(printable);
  });
  await print(
    rows.length === 0
      ? 'Nothing was counted.\n'
      : table(['DAY', 'CONSUMER', 'OPERATION', 'VERSION', 'REQUESTS', 'LAST SEEN', 'SUNSET'], rows),
  );
  return 0;
}

async function allPages(client: AdminClient, query: URLSearchParams): Promise<readonly unknown[]> {
  const rows: unknown[] = [];
  for (;;) {
    const answer = await client.ask('GET', `/usage${query.size === 0 ? '' : `?${query}`}`);
    const [page, next] = [member(answer, 'usage'), member(answer, 'next')];
    for (const row of Array.isArray(page) ? page : []) rows.push(row);
    if (typeof next !== 'string') return rows;
    query.set('after', next);
  }
}
