import type { EffectiveValue, Json, Origin, RoutePlan } from '../plan/ir.ts';

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
  readonly redirect?: number;
  readonly security?: RoutePlan['security'];
  readonly buffers?: string;
  /** Vocabulary keys of its policies, by stage, in order. */
  readonly stages: readonly string[];
  readonly values: readonly AdminValue[];
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

export function adminRoute(route: RoutePlan): AdminRoute {
  const { id, method, template, hosts, conditions, owner, action, security, buffers } = route;
  return {
    id,
    method,
    template,
    ...(hosts.length === 0 ? {} : { hosts }),
    ...(conditions.length === 0 ? {} : { conditions }),
    ...(owner === undefined ? {} : { owner }),
    ...(route.deprecated ? { deprecated: true } : {}),
    ...(route.visibility === 'unlisted' ? { unlisted: true } : {}),
    ...(action.kind === 'proxy' ? { upstream: action.upstream } : { redirect: action.status }),
    ...(security === undefined ? {} : { security }),
    ...(buffers === undefined ? {} : { buffers }),
    stages: route.policies.map(({ stage, key }) => `${stage}: ${key}`),
    values: route.values.map(adminValue),
    from: placeOf(route.origin),
  };
}

function adminValue({ key, authored, origin, skipped }: EffectiveValue): AdminValue {
  return { key, value: authored, from: placeOf(origin), ...(skipped === undefined ? {} : { skipped }) };
}

function placeOf({ at, level }: Origin): string {
  return at === undefined ? level : `${at.file}:${at.line}:${at.column}`;
}
