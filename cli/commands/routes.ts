import type { ManifestRoute } from '../bundle/manifest.ts';
import { printable } from '../report/escape.ts';
import type { Options } from './input.ts';
import { print } from './output.ts';
import { viewed } from './sources.ts';

/** `gw routes`: the route table of documents or of a built gateway. */
export async function routes(sources: readonly string[], options: Options): Promise<number> {
  const gateways = await viewed(sources, options);
  if (gateways === undefined) return 1;
  if (options.json === true) {
    const all = gateways.map(({ name, routes: list }) => ({ name, routes: list }));
    await print(`${JSON.stringify(all.length === 1 ? all[0] : all, null, 2)}\n`);
    return 0;
  }
  for (const { name, routes: list } of gateways) {
    if (gateways.length > 1) await print(`${printable(name)}\n`);
    await print(table(['METHOD', 'PATH', 'TO', 'OWNER', 'ID', ''], list.map(row)));
  }
  return 0;
}

function row(route: ManifestRoute): readonly string[] {
  const { method, template, action, owner, id, hosts, conditions, visibility, deprecated, security } = route;
  const notes = [
    ...hosts,
    ...conditions.map(({ name, equals }) => `${name}=${equals}`),
    ...(visibility === 'unlisted' ? ['unlisted'] : []),
    ...(deprecated ? ['deprecated'] : []),
    ...(security === undefined || security.length === 0 ? ['public'] : []),
  ];
  const to = destination(action);
  return [method, template, to, owner ?? '-', id, notes.join(' ')].map(printable);
}

/** Where requests go, in a few words. */
export function destination(action: ManifestRoute['action']): string {
  if (action.kind === 'proxy') return action.upstream;
  if (action.kind === 'redirect') return `redirect ${action.status}`;
  if (action.kind === 'mock') return `mock ${action.answers[0]?.status ?? ''}`;
  return action.targets.map(({ upstream, weight }) => `${upstream} ${weight}`).join(', ');
}

/** Columns as wide as their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    rows.reduce((width, cells) => Math.max(width, cells[column]?.length ?? 0), title.length),
  );
  const lines = [head, ...rows].map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}
