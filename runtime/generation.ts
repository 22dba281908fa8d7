/**
 * What one bundle compiled to, as data: `gw:wiring` exports a `GatewaySpec`; `createGeneration` turns it into a `Generation`.
 */
import type { Exchange, PolicyFactory, Reply, RequestStageName, ResponsePolicyFactory, ResponseStageName } from './contract.ts';

/** A text that may hold `${NAME:-default}`, resolved when the bundle starts. */
export type EnvText = string;

export interface GatewaySpec {
  readonly name: string;
  /** Hash of the plan, hex; names the generation in logs and in `/readyz?verbose`. */
  readonly hash: string;
  readonly server: ServerSpec;
  readonly upstreams: readonly UpstreamSpec[];
  readonly routes: readonly RouteSpec[];
  readonly accessLog: 'json' | 'none';
  /** `address:port` of the admin listener. */
  readonly admin: EnvText;
}

export interface ServerSpec {
  readonly port: number | EnvText;
  readonly host: EnvText;
  readonly trustedProxies: readonly EnvText[];
  readonly limits: {
    readonly headBytes: number;
    readonly headerCount: number;
    readonly headerValueBytes: number;
    readonly targetBytes: number;
    readonly queryParameters: number;
    readonly bodyBytes: number;
  };
  readonly timeouts: {
    readonly headersMs: number;
    readonly requestMs: number;
    readonly keepAliveMs: number;
    readonly preStopMs: number;
    readonly drainMs: number;
  };
}

export interface UpstreamSpec {
  readonly name: string;
  readonly targets: readonly { readonly url: EnvText; readonly weight: number }[];
}

/** A route as the wiring writes it: literals and imported factories. */
export interface RouteSpec {
  readonly id: string;
  readonly operationId?: string;
  readonly method: string;
  readonly template: string;
  readonly owner?: string;
  readonly parameterNames: readonly string[];
  readonly request: readonly RequestPolicySpec[];
  readonly response: readonly ResponsePolicySpec[];
  readonly action: ActionSpec;
}

/** `options` belong to `factory`; both come from one vocabulary entry, which joins their types. */
export interface RequestPolicySpec {
  readonly stage: RequestStageName;
  readonly factory: PolicyFactory<never>;
  readonly options: unknown;
}

export interface ResponsePolicySpec {
  readonly stage: ResponseStageName;
  readonly factory: ResponsePolicyFactory<never>;
  readonly options: unknown;
}

export interface ActionSpec {
  readonly factory: ActionFactory<never>;
  readonly options: unknown;
}

/** What happens to an admitted request: proxied, redirected. A reply, or nothing when the answer was already streamed. */
export type Action = (exchange: Exchange) => Reply | undefined | Promise<Reply | undefined>;
export type ActionFactory<Options> = (options: Options, env: ActionEnv) => Action;

/** What an action may use while a generation is loaded. */
export interface ActionEnv {
  headerSlot(name: string): number;
  /** The long-lived client of an upstream, from the host's registry. */
  upstream(name: string): UpstreamClient;
}

/** Sends exchanges to one upstream; owned by the host, survives reloads. Shape: `host/upstream.ts`. */
export interface UpstreamClient {
  readonly name: string;
}
