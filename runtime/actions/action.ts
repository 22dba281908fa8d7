import type { RouteInfo, RuntimeValue } from '../contract.ts';
import type { Action } from '../exchange.ts';
import type { UpstreamClient } from '../upstream-client.ts';

/** Makes the action of one route when its generation is loaded. */
export type ActionFactory<Options> = (options: Options, env: ActionEnv) => Action;

/** What an action may use while a generation is loaded. */
export interface ActionEnv {
  readonly route: RouteInfo;
  headerSlot(name: string): number;
  /** Something that operators change while the gateway runs; asked for at load time, read per request. */
  runtimeValue(key: string): RuntimeValue;
  /** The long-lived client of an upstream, from the host's registry. */
  upstream(name: string): UpstreamClient;
  readonly sanitizeErrors: boolean;
}
