/** Modules that `gw build` emits (cli/emit). Declared here so that runtime and templates type-check before anything is generated. */

declare module 'gw:matcher' {
  import type { RouteTable } from './route/table.ts';
  /** The compiled route table: from host, method and normalized path to the index of a route. */
  export const table: RouteTable;
}

declare module 'gw:validators' {
  import type { Validator } from './contract.ts';
  /** Compiled schemas by id of the plan. */
  export const validators: Readonly<Record<string, Validator>>;
}

declare module 'gw:expressions' {
  import type { Expression } from './expressions/expression.ts';
  /** Compiled expressions by id of the plan. */
  export const expressions: Readonly<Record<string, Expression>>;
}

declare module 'gw:wiring' {
  import type { GatewaySpec } from './gateway-spec.ts';
  /** Routes with their policies, upstreams and settings. */
  export const gateway: GatewaySpec;
}

declare module 'gw:host' {
  import type { HostDrivers } from './host/drivers.ts';
  /** What the bundle needs a package for. */
  export const drivers: HostDrivers;
}

declare module 'gw:admin-matcher' {
  import type { RouteTable } from './route/table.ts';
  /** The routes of the admin listener. */
  export const table: RouteTable;
}

declare module 'gw:admin-validators' {
  import type { Validator } from './contract.ts';
  export const validators: Readonly<Record<string, Validator>>;
}

declare module 'gw:admin-wiring' {
  import type { GatewaySpec } from './gateway-spec.ts';
  export const gateway: GatewaySpec;
}

declare module 'gw:admin-document' {
  /** What a token must be allowed to, by operationId; null where anybody may ask. */
  export const scopes: Readonly<Record<string, readonly string[] | null>>;
  /** JSON text. */
  export const document: string;
}
