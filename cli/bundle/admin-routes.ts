import type { ActionPlan, EffectiveValue, Json, Origin, RoutePlan } from '../plan/ir.ts';

/** What the admin listener says of the routes. A value that several routes share stands there once. */
export interface AdminRoutes {
  readonly values: readonly AdminValue[];
  readonly routes: readonly AdminRoute[];
}

/** A route as the admin listener shows it (`/routes`, `/routes/{id}`). Lies in `gateway.mjs`, so it is kept small. */
export interface AdminRoute {
  readonly id: string;
  readonly method: string;
  readonly template: string;
  /** Absent = any host. */
  readonly hosts?: readonly string[];
  /** Absent = none. */
  readonly conditions?: RoutePlan['conditions'];
  readonly owner?: string;
  readonly deprecated?: true;
  readonly unlisted?: true;
  readonly upstream?: string;
  readonly split?: readonly { readonly upstream: string; readonly weight: number }[];
  readonly redirect?: number;
  readonly security?: RoutePlan['security'];
  readonly buffers?: string;
  readonly buffersAnswers?: string;
  /** Vocabulary keys of its policies, by stage, in order. */
  readonly stages: readonly string[];
  /** Indices of `AdminRoutes.values`. */
  readonly values: readonly number[];
  /** `specs/orders.yaml:12:5` */
  readonly from: string;
}

export interface AdminValue {
  readonly key: string;
  readonly value: Json;
  /** `specs/orders.yaml:12:5`, or the layer where there is no place: `builtin`, `command`. */
  readonly from: string;
  readonly skipped?: string;
}

/** Of all routes, in the order of the plan. */
export function adminRoutes(routes: readonly RoutePlan[]): AdminRoutes {
  const values: AdminValue[] = [];
  const indices = new Map<string, number>();
  const indexOf = (value: AdminValue): number => {
    const key = JSON.stringify(value);
    const index = indices.get(key) ?? values.push(value) - 1;
    indices.set(key, index);
    return index;
  };
  const rows = routes.map((route) => adminRoute(route, indexOf));
  return { values, routes: rows };
}

function adminRoute(route: RoutePlan, indexOf: (value: AdminValue) => number): AdminRoute {
  const { id, method, template, hosts, conditions, owner, action, security, buffers, buffersAnswers } = route;
  return {
    id,
    method,
    template,
    ...(hosts.length === 0 ? {} : { hosts }),
    ...(conditions.length === 0 ? {} : { conditions }),
    ...(owner === undefined ? {} : { owner }),
    ...(route.deprecated ? { deprecated: true } : {}),
    ...(route.visibility === 'unlisted' ? { unlisted: true } : {}),
    ...actionOf(action),
    ...(security === undefined ? {} : { security }),
    ...(buffers === undefined ? {} : { buffers }),
    ...(buffersAnswers === undefined ? {} : { buffersAnswers }),
    stages: route.policies.map(({ stage, key }) => `${stage}: ${key}`),
    values: route.values.map((value) => indexOf(adminValue(value))),
    from: placeOf(route.origin),
  };
}

function actionOf(action: ActionPlan): Pick<AdminRoute, 'upstream' | 'split' | 'redirect'> {
  if (action.kind === 'mock') return {};
  if (action.kind === 'proxy') return { upstream: action.upstream };
  return action.kind === 'split' ? { split: action.targets } : { redirect: action.status };
}

function adminValue({ key, authored, origin, skipped }: EffectiveValue): AdminValue {
  return { key, value: authored, from: placeOf(origin), ...(skipped === undefined ? {} : { skipped }) };
}

function placeOf({ at, level }: Origin): string {
  return at === undefined ? level : `${at.file}:${at.line}:${at.column}`;
}
