import type { GatewayConfig } from '../../config/gateway.ts';
import { Layers } from '../../config/layers.ts';
import type { Node } from '../../load/document.ts';
import { json } from '../../plan/json.ts';
import type { Compared } from '../../plan/key.ts';
import { isFields } from '../../resolve/walk.ts';
import type { ChangeDraft, RouteName, Where } from '../change.ts';
import type { RouteTable, TableRoute } from '../effective.ts';
import { nameOnly } from '../matched.ts';
import { judged, suffixOf, type Weight } from './direction.ts';

/** A change of the gateway file. */
export function configChange(
  name: string,
  direction: Compared,
  weight: Weight,
  more: {
    readonly subject: string;
    readonly message: string;
    readonly before?: unknown;
    readonly after?: unknown;
    readonly base?: Where | undefined;
    readonly head?: Where | undefined;
    readonly routes: readonly RouteName[];
  },
): readonly ChangeDraft[] {
  if (direction === 'equal') return [];
  const { subject, message, before, after, base, head, routes } = more;
  return [
    {
      id: `${name}-${suffixOf(direction)}`,
      section: 'policy',
      ...judged(direction, weight),
      routes,
      subject,
      message,
      before: json(before ?? null),
      after: json(after ?? null),
      ...(base === undefined ? {} : { base }),
      ...(head === undefined ? {} : { head }),
    },
  ];
}

/** Names of all routes that pass. */
export function routesOf({ routes }: RouteTable, passes: (route: TableRoute) => boolean = () => true): readonly RouteName[] {
  return [...routes.values()].filter(passes).map(nameOnly);
}

/** The place of a node of the gateway file, where there is one. */
export function at(node: Node | undefined): Where | undefined {
  return node === undefined ? undefined : { node };
}

/** The place of a member of the gateway file or of what it extends, else of what would hold it; undefined where that is the file itself. */
export function written({ documents }: GatewayConfig, ...keys: readonly string[]): Where | undefined {
  const roots = documents.map((document) => ({ document, pointer: '', value: isFields(document.value) ? document.value : {} }));
  const layers = new Layers(roots);
  return at(keys.map((_, cut) => layers.value(...keys.slice(0, keys.length - cut))).find((node) => node !== undefined));
}
