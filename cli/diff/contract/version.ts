/** Whether documents whose clients break say so in their version. */
import { child, type Node } from '../../load/document.ts';
import { compareText } from '../../merge/order.ts';
import type { Api } from '../../resolve/api.ts';
import type { ChangeDraft, RouteName } from '../change.ts';
import type { Matched } from '../matched.ts';

/** A number of at least four digits is a year: such versions promise nothing. */
const SEMANTIC = /^v?(\d{1,3})(?:\.\d+){0,2}(?:[-+].*)?$/;

/**
 * Documents with breaking changes whose `info.version` has the major number of before. Told once for each document, beside the changes
 * themselves; versions below 1 and versions that are no numbers promise nothing.
 *
 * @param drafts all other changes
 * @see Semantic Versioning 2.0.0 §4, §8
 */
export function versionChanges({ pairs, removed }: Matched, drafts: readonly ChangeDraft[]): readonly ChangeDraft[] {
  const broken = new Map(drafts.flatMap(brokenRoutes));
  if (broken.size === 0) return [];
  const heads = new Map<Api, Api>();
  for (const { base, head } of pairs) {
    if (base.operation === undefined || head.operation === undefined || heads.has(base.operation.api)) continue;
    heads.set(base.operation.api, head.operation.api);
  }
  const routes = new Map<Api, RouteName[]>();
  for (const { key, operation } of [...pairs.map(({ base }) => base), ...removed]) {
    const route = broken.get(key);
    if (operation === undefined || route === undefined) continue;
    const known = routes.get(operation.api) ?? [];
    routes.set(operation.api, known);
    known.push(route);
  }
  return [...routes].flatMap(([base, names]) => {
    const head = heads.get(base);
    return head === undefined ? [] : notBumped(base, head, names);
  });
}

/** What concerns several routes is of the gateway file, which has no version. */
function brokenRoutes({ verdict, routes }: ChangeDraft): readonly (readonly [string, RouteName])[] {
  const [route] = routes;
  return verdict === 'breaking' && route !== undefined && routes.length === 1 ? [[route.key, route]] : [];
}

function notBumped(base: Api, head: Api, routes: readonly RouteName[]): readonly ChangeDraft[] {
  const [from, to] = [versionOf(base), versionOf(head)];
  const [before, after] = [majorOf(from), majorOf(to)];
  if (before === undefined || before === 0 || after !== before) return [];
  return [
    {
      id: 'api-major-version-not-bumped',
      section: 'contract',
      severity: 'medium',
      direction: 'neutral',
      verdict: 'potential',
      routes: [...routes].sort((a, b) => compareText(a.key, b.key)),
      subject: `version of ${head.title}`,
      message: `${head.title} breaks clients, and its version says that it does not: ${from === to ? `${to} as before` : `${from} → ${to}`}`,
      before: from ?? null,
      after: to ?? null,
      base: { node: versionNode(base) },
      head: { node: versionNode(head) },
    },
  ];
}

function versionNode({ root }: Api): Node {
  return child(child(root, 'info'), 'version');
}

function versionOf(api: Api): string | undefined {
  const { value } = versionNode(api);
  return typeof value === 'string' ? value : undefined;
}

function majorOf(version: string | undefined): number | undefined {
  const [, major] = SEMANTIC.exec(version?.trim() ?? '') ?? [];
  return major === undefined ? undefined : Number(major);
}
