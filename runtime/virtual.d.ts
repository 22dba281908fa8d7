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

declare module 'gw:wiring' {
  import type { GatewaySpec } from './generation.ts';
  /** Routes with their policies, upstreams and settings. */
  export const gateway: GatewaySpec;
}
